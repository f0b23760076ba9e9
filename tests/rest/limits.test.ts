/** --limit-upload and --limit-download hold on every kind of storage, and nothing breaks under them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { obhut } from "../cli/run-obhut.ts";
import { startRestServer } from "../support/rest-server.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";

const MiB = 1024 * 1024;
const [upload, download] = [6, 12];
const limits = ["--limit-upload", String(upload * 1024), "--limit-download", String(download * 1024)];

it("uploads and downloads stay below their limits, and come near", async () => {
  await using rest = await startRestServer({ tls: true });
  await using ssh = await startSshServer();
  await using folder = await tempFolder("limits");
  for (const [words, atMost] of [
    [[`rest:${rest.url}a/`, "--cacert", rest.caFile], 1.1],
    [[`sftp:server:${folder.path}/sftp`, "-o", `sftp.args=${ssh.args.join(" ")}`], 1.1],
    // What rclone has taken is on its way, though not yet sent.
    [[`rclone::local:${folder.path}/r`, "-o", `rclone.program=${toolFromEnvironment("OBHUT_TEST_RCLONE")}`], 1.3],
    // Whole files at once: the first one does not wait.
    [[join(folder.path, "local")], 1.4],
  ] as const) {
    const run = await obhut(["destination", "test", ...words, ...limits, "--json"]);
    assert.equal(run.code, 0, `${words}: ${run.text}${run.stderr}`);
    const summary = run.json.at(-1);
    for (const [field, limit] of [
      ["writeBytesPerSecond", upload],
      ["readBytesPerSecond", download],
    ] as const) {
      const share = Number(summary?.[field]) / (limit * MiB);
      assert.ok(share <= atMost && share > 0.5, `${words[0]} ${field}: ${share} of the limit`);
    }
  }
});

it("a limit that is no number is refused", async () => {
  const run = await obhut(["destination", "test", "/tmp", "--limit-upload", "5M"]);
  assert.equal(run.code, 1);
  assert.match(run.stderr, /--limit-upload takes KiB\/s, not 5M/);
});
