/** The package that would be published: JavaScript alone, and it does its job where it is installed. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { fixtureFacts, unpackFixture } from "../support/fixture.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { launch } from "./bare-project.ts";

const root = path.resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

test("the packed package backs up and restores where it is installed", async () => {
  await using folder = await tempFolder("packed");
  const packed = await run("npm", ["pack", "--silent", "--pack-destination", folder.path], { cwd: root });
  const archive = path.join(folder.path, packed.stdout.trim().split("\n").at(-1) ?? "");
  const { stdout: listing } = await run("tar", ["-tzf", archive]);
  const names = listing.trim().split("\n");
  for (const wanted of ["bin/obhut", "dist/cli/main.js", "LICENSE", "README.md"]) {
    assert.ok(names.includes(`package/${wanted}`), wanted);
  }
  assert.deepEqual(
    names.filter((name) => /\.ts$|\.test\.|^package\/(src|tests|bench)\//.test(name)),
    [],
  );

  await writeFile(path.join(folder.path, "package.json"), "{}");
  await run("npm", ["install", "--silent", "--no-audit", "--no-fund", archive], { cwd: folder.path });
  const obhut = path.join(folder.path, "node_modules/.bin/obhut");
  const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as { version: string };
  assert.match((await launch(obhut, ["version"])).stdout, new RegExp(`${version.replaceAll(".", "\\.")}.*26\\.`));

  await using fixture = await unpackFixture();
  const repository = path.join(folder.path, "repository");
  const env = { OBHUT_PASSWORD: "test", WEBUI_SECRET_KEY: fixtureFacts.secretKey, OBHUT_REPOSITORY: repository };
  const target = path.join(folder.path, "restored");
  for (const args of [["init"], ["backup", "--data", fixture.dataDir], ["restore", "latest", "--target", target]]) {
    const { code, stderr, stdout } = await launch(obhut, args, { env });
    assert.equal(code, 0, `${args[0]}: ${stdout}${stderr}`);
  }
  const restored = await readFile(path.join(target, "webui.db"));
  assert.equal(restored.subarray(0, 15).toString(), "SQLite format 3");
});
