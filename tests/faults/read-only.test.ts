/** A repository on a medium that takes nothing: it can be read, and whatever would write says so and changes nothing. */
import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { startObhut, succeeded } from "../crash/program.ts";
import { seeded } from "../crash/seeded.ts";
import { smallDisk } from "../crash/small-disk.ts";
import { differences, treeHashes } from "../crash/tree-hashes.ts";
import { assertNothingLost, codeOf, copyOfPristine, holedScene, start, works } from "./holed-scene.ts";

test("a read-only mount is read, checked and restored from; nothing else is done, and that is said", async () => {
  await using scene = await holedScene(seeded(2));
  await using disk = smallDisk(await mkdtemp(path.join(tmpdir(), "obhut-read-only-")), { sizeMiB: 24 });
  const at = await copyOfPristine(scene.place, path.join(disk.path, "repository"));
  disk.makeReadOnly();
  const before = await treeHashes(at.repository);
  for (const work of works.filter(({ harm }) => harm === undefined)) {
    assert.match(
      (await codeOf(await start(work, at, scene.place))) ?? "done",
      /^STORAGE_(FAILED|DENIED|APPEND_ONLY)$/,
      work.name,
    );
  }
  for (const repair of [["index"], ["snapshots"], ["packs", "00000000"]]) {
    const ended = startObhut(at, "repair", ...repair, "--from", at.repository, "--json");
    assert.match((await codeOf(ended)) ?? "done", /^STORAGE_(FAILED|DENIED)$/, repair.join(" "));
  }
  for (const words of [["stats"], ["check", "--read-data"], ["prune", "--dry-run"], ["key", "list"]]) {
    const said = await succeeded(startObhut(at, ...words, "--from", at.repository), words.join(" "));
    assert.match(said, /lock/i, `${words[0]} says that it took no lock`);
  }
  const target = path.join(scene.place.root, "taken-out");
  const restore = startObhut(at, "restore", "latest", "--from", at.repository, "--target", target);
  // What restic stored is no instance of Open WebUI: that its databases are not there is said, with exit code 3.
  assert.ok([0, 3].includes((await restore.ended).code ?? -1));
  assert.ok((await treeHashes(target)).size > 0);
  assert.deepEqual(differences(before, await treeHashes(at.repository)), []);
  await assertNothingLost(at, scene.wanted);
});
