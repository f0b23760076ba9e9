/** What goes wrong with S3 and with TLS for reasons of its own is told as such. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { it } from "node:test";
import { isObhutError } from "../../src/base/errors.ts";
import { s3Storage } from "../../src/storage/s3/s3-storage.ts";
import { obhut } from "../cli/run-obhut.ts";
import { startRestServer } from "../support/rest-server.ts";
import { startS3Server } from "../support/s3-server.ts";

it("a clock that is an hour off: both clocks", async (context) => {
  for (const program of ["minio", "versitygw"] as const) {
    await using server = await startS3Server(program);
    Object.assign(process.env, server.env);
    context.mock.timers.enable({ apis: ["Date"], now: Date.now() - 3_600_000 });
    const { endpoint, env } = server;
    const storage = s3Storage({ location: "s3:test", endpoint, bucket: "bucket", prefix: "", env });
    const failed = await storage.sizeOf({ type: "config", name: "" }).catch((error: unknown) => error);
    context.mock.timers.reset();
    await storage.close();
    assert.ok(isObhutError(failed, "STORAGE_CLOCK"), `${program}: ${failed}`);
    const [here, there] = [failed.params.here, failed.params.there].map((text) => Date.parse(`${text}Z`));
    assert.ok(Math.abs((there ?? 0) - (here ?? 0) - 3_600_000) < 60_000, JSON.stringify(failed.params));
  }
});

it("another region than the bucket's", async () => {
  await using server = await startS3Server("versitygw");
  const words = ["destination", "test", `s3:${server.endpoint}/bucket`, "-o", "s3.region=eu-nowhere-1"];
  const run = await obhut(words, { env: server.env });
  assert.equal(run.code, 1, run.text);
  assert.match(run.stderr, /another region .*\n.*-o s3\.region/);
});

it("certificates: an unknown authority, another host, one that is over", async () => {
  await using rest = await startRestServer({ tls: true });
  const test = (url: string, ...more: string[]): ReturnType<typeof obhut> =>
    obhut(["destination", "test", `rest:${url}`, ...more]);
  const unknown = await test(rest.url);
  assert.match(unknown.stderr, /could not prove who it is: .*certificate.*\n.*--cacert/);
  const other = await test(rest.url.replace("127.0.0.1", "localhost"), "--cacert", rest.caFile);
  assert.match(other.stderr, /could not prove who it is: Hostname\/IP does not match/);
  const sign = [
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-days",
    "-1",
    "-extfile",
    "server.ext",
  ];
  execFileSync("openssl", [...sign, "-out", "server.pem"], { cwd: rest.folder, stdio: "ignore" });
  await rest.kill();
  await rest.start();
  const over = await test(rest.url, "--cacert", rest.caFile);
  assert.match(over.stderr, /could not prove who it is: certificate has expired/);
});
