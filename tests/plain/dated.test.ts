/** Dated copies of a real instance: each stands for itself, and opens with tar and sqlite3. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { it } from "node:test";
import { fixtureFacts } from "../support/fixture.ts";
import { assertSums, copiesIn, copyScene, sqlite } from "./copy-scene.ts";

for (const [format, flag] of [
  ["zst", "--zstd"],
  ["gz", "--gzip"],
] as const) {
  it(`the vector store comes out of the .tar.${format} with tar, whole and named as it was`, async () => {
    await using scene = await copyScene();
    const place = scene.at("d");
    const odd = `${scene.data}/vector_db/${"long name ".repeat(15)}ü`;
    mkdirSync(odd);
    writeFileSync(`${odd}/empty`, "");
    await scene.done("init", "--to", `dated:${place}`);
    const run = await scene.backup("--to", `dated:${place}`, "--archive", format);
    assert.equal(run.code, 0, run.stderr);
    const [copy = ""] = await copiesIn(place);
    assert.match(copy, /^open-webui-backup-\d{4}-\d\d-\d\d$/);
    assertSums(`${place}/${copy}`);
    assert.deepEqual(sqlite(`${place}/${copy}/webui.db`, "SELECT count(*) FROM file"), ["ok", "17"]);
    mkdirSync(scene.at("out"));
    const words = ["-x", flag, "-f", `${place}/${copy}/vector_db.tar.${format}`, "-C", scene.at("out")];
    execFileSync("tar", words, { stdio: ["ignore", "ignore", "inherit"] });
    const names = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).sort();
    assert.deepEqual(await names(scene.at("out", "vector_db")), await names(`${scene.data}/vector_db`));
    const rows = sqlite(scene.at("out", "vector_db", "chroma.sqlite3"), "SELECT count(*) FROM embeddings");
    assert.deepEqual(rows, ["ok", String(fixtureFacts.embeddings)]);
  });
}

it("keeps the newest so many, and none of them needs another", async () => {
  await using scene = await copyScene();
  const place = scene.at("d");
  await scene.done("init", "--to", `dated:${place}`);
  for (let i = 0; i < 4; i++) {
    const run = await scene.backup("--to", `dated:${place}`, "--keep-last", "2", "--part", "database,vectors");
    assert.equal(run.code, 0, run.stderr);
  }
  const copies = await copiesIn(place);
  assert.equal(copies.length, 2, copies.join());
  for (const copy of copies) {
    assertSums(`${place}/${copy}`);
    assert.ok(!existsSync(`${place}/${copy}/uploads`), "uploads were not asked for");
    const linked = execFileSync("find", [`${place}/${copy}`, "-type", "f", "-links", "+1"], { encoding: "utf8" });
    assert.equal(linked, "");
  }
});
