/** `b2:` places: Backblaze's own API tells the endpoint, everything else is S3, proven against a server that others wrote. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { obhut } from "../cli/run-obhut.ts";
import { startB2StandIn } from "../support/b2-stand-in.ts";
import { unpackFixture } from "../support/fixture.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { startS3Server } from "../support/s3-server.ts";

it("init, backup and check; restic finds the same repository in the bucket", async () => {
  await using server = await startS3Server("minio");
  await using fixture = await unpackFixture();
  const [id, key] = [server.env["AWS_ACCESS_KEY_ID"] ?? "", server.env["AWS_SECRET_ACCESS_KEY"] ?? ""];
  await using b2 = await startB2StandIn({ id, key }, { s3ApiUrl: server.endpoint, busy: 1 });
  const env = {
    RESTIC_PASSWORD: testPassword,
    RESTIC_REPOSITORY: "b2:my-bucket:some/prefix",
    B2_ACCOUNT_ID: id,
    B2_ACCOUNT_KEY: key,
  };
  const at = async (...words: string[]): Promise<Awaited<ReturnType<typeof obhut>>> => {
    const run = await obhut([...words, "-o", `b2.api=${b2.url}`], { env });
    assert.equal(run.code, 0, run.stderr);
    return run;
  };
  await at("init");
  assert.equal(b2.calls(), 3, "one that was busy, and one for each storage that was opened");
  await at("backup", "--data", fixture.dataDir);
  await at("check", "--read-data");
  Object.assign(process.env, server.env);
  await newestRestic.run(`s3:${server.endpoint}/my-bucket/some/prefix`, "check", "--read-data");
});

it("no key, a wrong key, an API that is not there: what is wrong and what to do, without the key", async () => {
  await using b2 = await startB2StandIn({ id: "id", key: "right" }, { s3ApiUrl: "http://127.0.0.1:9" });
  const env = { RESTIC_PASSWORD: testPassword, RESTIC_REPOSITORY: "b2:my-bucket:prefix" };
  const none = await obhut(["snapshots"], { env });
  assert.equal(none.code, 1);
  assert.match(none.stderr, /b2:my-bucket:prefix: there is no key.*\n.*B2_ACCOUNT_ID/);
  const keys = { ...env, B2_ACCOUNT_ID: "id", B2_ACCOUNT_KEY: "wrong-and-secret" };
  const wrong = await obhut(["snapshots", "-o", `b2.api=${b2.url}`], { env: keys });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /does not accept the key: bad_auth_token: Invalid accountId/);
  assert.doesNotMatch(wrong.stderr + wrong.text, /wrong-and-secret/);
  const down = await obhut(["snapshots", "-o", "b2.api=http://127.0.0.1:9"], { env: keys });
  assert.match(down.stderr, /cannot be reached: .*ECONNREFUSED/);
});
