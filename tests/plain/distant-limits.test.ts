/** What holds for plain copies in the cloud beside the copies: linked ones, the line's share, the trace, a server that goes away. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { startS3Server } from "../support/s3-server.ts";
import { copyScene, sqlite } from "./copy-scene.ts";
import { distantPlace } from "./distant-place.ts";

it("linked copies in a bucket are refused with the way out, and made where whole copies are asked for, sent only once", async () => {
  await using place = await distantPlace("s3: versitygw");
  await using scene = await copyScene(place.env);
  const linked = `linked:${place.url}`;
  await scene.done("init", "--to", linked);
  const refused = await scene.backup("--to", linked);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /--link-mode copy.*dated:/s);
  assert.deepEqual([...(await place.files()).keys()], ["obhut-place.json"]);
  const trace = scene.at("trace");
  for (let i = 0; i < 2; i++) {
    const run = await scene.backup("--to", linked, "--link-mode", "copy", "--trace", trace);
    assert.equal(run.code, 0, run.stderr);
  }
  const calls = (await readFile(trace, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const uploads = (call: string): number =>
    calls.filter((one) => one.call === call && /uploads\/.*doc\d/.test(one.file)).length;
  assert.equal(uploads("write"), uploads("duplicate"), "the first run sends them, the second lets the server copy");
  assert.ok(uploads("write") > 5 && calls.every(({ location }) => location === linked));
  const out = scene.at("out");
  await scene.done("restore", "latest", "--from", linked, "--target", out);
  assert.deepEqual(sqlite(`${out}/webui.db`, "SELECT count(*) FROM file"), ["ok", "17"]);
  await scene.done("forget", "--from", linked, "--keep-last", "1");
  assert.equal([...(await place.files()).keys()].filter((path) => path.endsWith("obhut-copy.json")).length, 1);
});

it("a share of the line is kept, in a bucket and through rclone", async () => {
  for (const kind of ["s3: versitygw", "rclone: a bucket"] as const) {
    await using place = await distantPlace(kind);
    await using scene = await copyScene(place.env);
    const mirror = `mirror:${place.url}`;
    await scene.done("init", "--to", mirror, ...place.words);
    const begun = Date.now();
    const words = ["--part", "database", "--limit-upload", "800", ...place.words];
    const run = await scene.backup("--to", mirror, ...words);
    assert.equal(run.code, 0, run.stderr);
    const seconds = (Date.now() - begun) / 1000;
    // 4.5 MiB at 800 KiB a second take 5.8 s; the last piece does not wait for itself.
    assert.ok(seconds > 4, `${kind}: ${seconds} s`);
  }
});

it("a server that goes away and comes back costs a pause, no copy", async () => {
  await using server = await startS3Server("versitygw");
  await using scene = await copyScene(server.env);
  const dated = `dated:s3:${server.endpoint}/bucket/d`;
  await scene.done("init", "--to", dated);
  const running = scene.backup("--to", dated, "--limit-upload", "8000", "--trace", scene.at("trace"));
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await server.kill();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await server.start();
  const run = await running;
  assert.equal(run.code, 0, run.stderr);
  assert.match(await readFile(scene.at("trace"), "utf8"), /"error":"STORAGE_UNREACHABLE"/, "it was gone meanwhile");
  assert.match(await scene.done("check", "--from", dated, "--read-data"), /No errors/);
});
