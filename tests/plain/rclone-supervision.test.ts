/** rclone beside plain copies: it ends with us, however that is, and one that died is started anew. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type BytePath, bytePath } from "../../src/base/byte-path.ts";
import { systemClock } from "../../src/base/clock.ts";
import { isObhutError } from "../../src/base/errors.ts";
import { bytesContent, readSmall } from "../../src/plain/place/place.ts";
import { rclonePlace } from "../../src/plain/place/rclone/rclone-place.ts";
import { retryingPlace } from "../../src/plain/place/wrap/retrying-place.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";

const at = (path: string): BytePath => bytePath(path);
const newly = { durable: "settle" } as const;
const placeModule = join(import.meta.dirname, "../../src/plain/place/rclone/rclone-place.ts");
const clockModule = join(import.meta.dirname, "../../src/base/clock.ts");

function optionsIn(folder: string) {
  return {
    location: "rclone:test",
    remote: join(folder, "place"),
    program: [toolFromEnvironment("OBHUT_TEST_RCLONE")] as const,
    transfers: 4,
    checkers: 4,
    timeoutMs: 20_000,
    scratchParent: join(folder, "scratch"),
  };
}

/** Processes of rclone's own program that were told of a path. */
async function rclonesOf(path: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (words.startsWith(toolFromEnvironment("OBHUT_TEST_RCLONE")) && words.includes(path)) found.push(Number(pid));
  }
  return found;
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await what()) return;
    await sleep(50);
  }
  assert.fail("it did not happen within ten seconds");
}

it("an rclone that was killed is started anew, and closing leaves nothing behind", async () => {
  await using folder = await tempFolder("rcd");
  await mkdir(join(folder.path, "scratch"));
  const inner = await rclonePlace({ ...optionsIn(folder.path), clock: systemClock });
  const place = retryingPlace(inner, {
    clock: { ...systemClock, sleep: async () => undefined },
    random: () => 0,
    onNote: () => undefined,
  });
  await place.write(at("a"), bytesContent(Buffer.from("before")), newly);
  const [pid = assert.fail("no rclone is running")] = await rclonesOf(folder.path);
  process.kill(pid, "SIGKILL");
  await place.write(at("b"), bytesContent(Buffer.from("after")), newly);
  assert.equal(String(await readSmall(place, at("a"))), "before");
  assert.equal(String(await readSmall(place, at("b"))), "after");
  assert.notDeepEqual(await rclonesOf(folder.path), [pid]);
  await place.close();
  assert.deepEqual(await rclonesOf(folder.path), []);
  assert.deepEqual(await readdir(join(folder.path, "scratch")), []);
});

it("rclone does not outlive a process that was killed", async () => {
  await using folder = await tempFolder("rcd");
  await mkdir(join(folder.path, "scratch"));
  const script = `import { rclonePlace } from ${JSON.stringify(placeModule)};
    import { systemClock } from ${JSON.stringify(clockModule)};
    await rclonePlace({ ...${JSON.stringify(optionsIn(folder.path))}, clock: systemClock });
    console.log("open"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  assert.equal((await rclonesOf(folder.path)).length, 1, "a positive control");
  child.kill("SIGKILL");
  await until(async () => (await rclonesOf(folder.path)).length === 0);
});

it("no rclone, and a remote that nobody configured, are named", async () => {
  await using folder = await tempFolder("rcd");
  await mkdir(join(folder.path, "scratch"));
  const options = { ...optionsIn(folder.path), clock: systemClock };
  const missing = rclonePlace({ ...options, program: ["/no/such/rclone"] });
  await assert.rejects(missing, (e) => isObhutError(e, "RCLONE_MISSING"));
  const unknown = rclonePlace({ ...options, remote: "nowhere:x" });
  await assert.rejects(unknown, (e) => isObhutError(e, "RCLONE_NOT_READY") && /nowhere/.test(String(e.params.reason)));
  const tooOld = rclonePlace({ ...options, program: ["sh", "-c", "echo unknown flag >&2; exit 1"] });
  await assert.rejects(
    tooOld,
    (e) => isObhutError(e, "RCLONE_NOT_READY") && /unknown flag/.test(String(e.params.reason)),
  );
  assert.deepEqual(await readdir(join(folder.path, "scratch")), []);
});
