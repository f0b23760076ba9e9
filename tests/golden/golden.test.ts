/** Repositories that other programs wrote, years of them: read to the last byte, and gone on with. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { checkRepository } from "../../src/repository/check/check-repository.ts";
import { loadIndexes } from "../../src/repository/check/listed-packs.ts";
import { addKey, removeKey } from "../../src/repository/keys.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { cheapKdf } from "../support/actor.ts";
import { assertSameTree } from "../support/equal-trees.ts";
import { newestRestic, openMade, testPassword } from "../support/restic.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";
import {
  expectedListing,
  goldenNames,
  restoredListing,
  snapshotOf,
  statesOf,
  unpackGolden,
} from "./golden-repositories.ts";

it("there is one of each program and format", () => {
  const restics = ["0.14.0", "0.16.5", "0.17.3", "0.18.1", "0.19.1"];
  const expected = restics.flatMap((version) => [1, 2].map((format) => `restic-${version}-format-${format}`));
  assert.deepEqual(goldenNames, [...expected, "rustic-0.11.4"]);
});

for (const name of goldenNames) {
  it(`${name}: checked, every snapshot restored, and backed up on top`, async () => {
    await using folder = await tempFolder("golden");
    const path = join(folder.path, "repository");
    await unpackGolden(name, path);
    const repo = await openMade(path);
    assert.equal(repo.config.version, name.endsWith("format-1") ? 1 : 2);
    const report = await checkRepository(repo, { readData: { kind: "all" }, threads: 1 });
    assert.deepEqual(report.findings, []);
    assert.equal(report.packsRead, report.packs);

    const { snapshots, findings } = await loadSnapshots(repo);
    assert.deepEqual(findings, []);
    const states = statesOf(name);
    assert.deepEqual(
      snapshots.map(({ hostname, tags, time }) => [hostname, tags.toSorted(), time.slice(0, 10)]),
      states.map((state) => ["golden", ["golden", `state-${state}`], `2024-01-0${state}`]),
    );
    for (const state of states) {
      const target = join(folder.path, `state ${state}`);
      const restored = await restoredListing(repo, snapshotOf(state, snapshots), target);
      assert.deepEqual(restored, expectedListing(state));
    }

    const source = join(folder.path, `state ${states.at(-1)}`);
    await writeFile(join(source, "new from Obhut"), "one piece that nobody has\n");
    const before = await dataBlobs(repo);
    const stored = await storeFolder(repo, source, { at: "/source" });
    // Large files are cut at other places than restic cuts them: `long`, of the third state, into two pieces.
    const expected = states.length === 3 ? 3 : 1;
    assert.equal((await dataBlobs(repo)) - before, expected, "all other pieces are those that are there already");
    // A key that costs nothing, so that restic need not derive the costly one twice.
    const keyId = await addKey(repo, { password: testPassword, kdf: cheapKdf });
    await removeKey({ ...repo, keyId }, repo.keyId);
    await newestRestic.run(path, "check", "--read-data");
    await newestRestic.run(path, "restore", stored.snapshot.id, "--target", join(folder.path, "by restic"));
    await assertSameTree(join(folder.path, "by restic", "source"), source);
  });
}

/** As the indexes list them. */
async function dataBlobs(repo: Repository): Promise<number> {
  const { files } = await loadIndexes(repo);
  return files.flatMap(({ columns }) => [...columns.types]).filter((type) => type === 0).length;
}
