/** Plain copies of a real instance in buckets and through rclone; rclone, sha256sum and sqlite3 judge them. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { listTree } from "../support/tree-listing.ts";
import { assertSums, copyScene, sqlite } from "./copy-scene.ts";
import { distantKinds, distantPlace } from "./distant-place.ts";

const countFiles = "SELECT count(*) FROM file";
const title = "SELECT title FROM chat WHERE rowid = 1";
const odd = [
  "id_Was: ist? das*.pdf",
  "id_日本 ü 👍.txt",
  "id_dot.",
  "id_space ",
  "id_100%25+&'\"#.txt",
  "id_back\\slash",
];

for (const kind of distantKinds) {
  describe(kind, () => {
    it("mirror and dated copy from one run, judged from outside, and back again with every name", async () => {
      await using place = await distantPlace(kind);
      await using scene = await copyScene(place.env);
      for (const name of odd) await writeFile(`${scene.data}/uploads/${name}`, `of ${name}`);
      const [mirror, dated] = [`mirror:${place.url}/m`, `dated:${place.url}/d`];
      await scene.done("init", "--to", mirror, "--to", dated, ...place.words);
      const run = await scene.backup("--to", mirror, "--to", dated, "--to", scene.at("none"), ...place.words);
      assert.equal(run.code, 3, "one of the three is no repository");
      await place.rclone("copy", place.remote, scene.at("seen"));
      const [copy = ""] = (await readdir(scene.at("seen", "d"))).filter((name) =>
        name.startsWith("open-webui-backup-"),
      );
      for (const folder of [scene.at("seen", "m"), scene.at("seen", "d", copy)]) {
        assertSums(folder);
        assert.deepEqual(sqlite(`${folder}/webui.db`, countFiles), ["ok", "17"]);
      }
      const trees: object[] = [];
      for (const from of [mirror, dated]) {
        const target = scene.at(from.slice(0, 3));
        const said = await scene.done("restore", "latest", "--from", from, "--target", target, ...place.words);
        assert.match(said, /Verified: +\d+ files/);
        trees.push(await listTree(target));
        assert.deepEqual(sqlite(`${target}/webui.db`, countFiles), ["ok", "17"]);
        const [back, there] = [await readdir(`${target}/uploads`), await readdir(`${scene.data}/uploads`)];
        assert.deepEqual(back.sort(), there.sort());
        assert.match(await scene.done("check", "--from", from, "--read-data", ...place.words), /No errors/);
      }
      assert.deepEqual(trees[0], trees[1]);
    });

    it("a mirror follows, keeps what went in the trash; of dated copies the newest stay", async () => {
      await using place = await distantPlace(kind);
      await using scene = await copyScene(place.env);
      const [mirror, dated] = [`mirror:${place.url}/m`, `dated:${place.url}/d`];
      await scene.done("init", "--to", mirror, "--to", dated, ...place.words);
      const more = ["--to", mirror, "--to", dated, "--keep-last", "2", "--part", "database,uploads", ...place.words];
      assert.equal((await scene.backup(...more)).code, 0);
      const [gone = ""] = await readdir(`${scene.data}/uploads`);
      rmSync(`${scene.data}/uploads/${gone}`);
      const database = new DatabaseSync(`${scene.data}/webui.db`);
      database.exec("UPDATE chat SET title = 'renamed since' WHERE rowid = 1");
      database.close();
      for (let i = 0; i < 2; i++) {
        const run = await scene.backup(...more, "--trash");
        assert.equal(run.code, 0, run.stderr);
      }
      const files = [...(await place.files("d")).keys()];
      assert.equal(new Set(files.flatMap((path) => /^(open-.*?)\//.exec(path)?.[1] ?? [])).size, 2, files.join());
      assert.ok(!files.some((path) => /unfinished|incomplete|obhut-run/.test(path)), files.join());
      const mirrored = await place.files("m");
      assert.ok(
        !mirrored.has(`uploads/${gone}`) && ![...mirrored.keys()].some((path) => path.startsWith("obhut-next")),
      );
      const day = [...mirrored.keys()].find((path) => path.endsWith(`/uploads/${gone}`))?.split("/")[1];
      await mkdir(scene.at("db"));
      await writeFile(scene.at("db", "now.db"), await place.cat("m/webui.db"));
      await writeFile(scene.at("db", "then.db"), await place.cat(`m/obhut-trash/${day}/webui.db`));
      assert.deepEqual(sqlite(scene.at("db", "now.db"), title), ["ok", "renamed since"]);
      const [ok, before] = sqlite(scene.at("db", "then.db"), title);
      assert.ok(ok === "ok" && before !== "renamed since");
      await place.rclone("check", "--one-way", `${scene.data}/uploads`, `${place.remote}/m/uploads`);
    });
  });
}
