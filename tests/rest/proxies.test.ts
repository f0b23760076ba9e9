/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as people expect of every tool. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { obhut } from "../cli/run-obhut.ts";
import { startHttpProxy } from "../support/http-proxy.ts";
import { startRestServer } from "../support/rest-server.ts";
import { startS3Server } from "../support/s3-server.ts";

it("REST over TLS and S3 over HTTP go through the proxy, and past it where NO_PROXY says so", async () => {
  await using rest = await startRestServer({ tls: true, user: "ada", password: "x" });
  await using s3 = await startS3Server("versitygw");
  await using proxy = await startHttpProxy();
  for (const [words, variable] of [
    [[`rest:${rest.url}`, "--cacert", rest.caFile], "HTTPS_PROXY"],
    [[`s3:${s3.endpoint}/bucket`], "http_proxy"],
  ] as const) {
    const { port } = new URL((words[0] ?? "").replace(/^(rest|s3):/, ""));
    const test = async (env: Readonly<Record<string, string>>): Promise<number> => {
      const before = proxy.asked.length;
      const run = await obhut(["destination", "test", ...words], { env: { ...s3.env, ...env } });
      assert.equal(run.code, 0, run.stderr);
      const through = proxy.asked.slice(before);
      assert.ok(through.every((asked) => asked.endsWith(`:${port}`)));
      return through.length;
    };
    assert.ok((await test({ [variable]: proxy.url })) > 0, variable);
    assert.equal(await test({ [variable]: proxy.url, NO_PROXY: "127.0.0.1" }), 0);
    assert.equal(await test({}), 0);
  }
});

it("a proxy that is not there is named", async () => {
  const run = await obhut(["destination", "test", "rest:http://host.invalid/"], {
    env: { HTTP_PROXY: "http://127.0.0.1:9" },
  });
  assert.equal(run.code, 1);
  assert.match(run.stderr, /cannot be reached: .*127\.0\.0\.1:9/);
});
