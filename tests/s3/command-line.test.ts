/** The command line on S3 servers, as a person uses it. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { type S3Program, startS3Server } from "../support/s3-server.ts";
import { obhutAt, wholeRound } from "../support/whole-round.ts";

const programs: readonly S3Program[] = ["minio", "versitygw"];

for (const program of programs) {
  it(`${program}: init, backup, snapshots, check, restore, forget, prune; restic at the same place`, async () => {
    await using server = await startS3Server(program);
    await wholeRound({
      url: `s3:${server.endpoint}/obhut/some/prefix`,
      env: server.env,
      words: ["-o", "s3.connections=3"],
    });
  });
}

it("a wrong secret, no credentials, a server that is down: what is wrong and what to do, in both languages, soon", async () => {
  await using server = await startS3Server("versitygw");
  const place = { url: `s3:${server.endpoint}/obhut`, env: server.env };
  const missing = await obhutAt(place, "snapshots");
  assert.equal(missing.code, 10, missing.stderr);
  const made = await obhutAt(place, "init");
  assert.equal(made.code, 0, made.stderr);
  const again = await obhutAt(place, "init");
  assert.equal(again.code, 1);
  const wrong = await obhutAt({ ...place, env: { ...server.env, AWS_SECRET_ACCESS_KEY: "wrong" } }, "snapshots");
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /does not accept the key: SignatureDoesNotMatch/);
  const unknown = await obhutAt({ ...place, env: { ...server.env, AWS_ACCESS_KEY_ID: "nobody" } }, "snapshots");
  assert.match(unknown.stderr, /does not accept the key: (InvalidAccessKeyId|XAdminUserNotFound)/);
  const nowhere = {
    AWS_ACCESS_KEY_ID: "",
    AWS_SECRET_ACCESS_KEY: "",
    AWS_EC2_METADATA_DISABLED: "true",
    HOME: "/nonexistent",
  };
  const none = await obhutAt({ ...place, env: nowhere }, "snapshots");
  assert.equal(none.code, 1);
  assert.match(none.stderr, /AWS_ACCESS_KEY_ID/);
  const german = await obhutAt({ ...place, env: nowhere }, "snapshots", "--lang", "de");
  assert.match(german.stderr, /^Fehler: .*Zugangsdaten/);
  await server.kill();
  const begun = Date.now();
  const down = await obhutAt(place, "snapshots");
  assert.equal(down.code, 1);
  assert.match(down.stderr, /cannot be reached: .*ECONNREFUSED/);
  assert.ok(Date.now() - begun < 15_000);
});
