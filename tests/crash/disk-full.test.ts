/** Disks that really get full: a code that says so, nothing lost, and the next run with room succeeds. */
import assert from "node:assert/strict";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { assertRepositoryClean } from "./crash-history.ts";
import { crashScene } from "./crash-scene.ts";
import { everythingIn } from "./leftovers.ts";
import { type Ended, type Started, startBackup, startObhut, succeeded, type Workplace } from "./program.ts";
import { addedPackBytes, newNames } from "./repository-state.ts";
import { chosenSeed, seeded } from "./seeded.ts";
import { smallDisk } from "./small-disk.ts";
import { differences, treeHashes } from "./tree-hashes.ts";

const MiB = 1 << 20;
/** 48 MiB of files of 4 MiB; with the fixture and its growing database 120 MiB. */
const notes = 12;

/** The code of the line that a failed command ends with. */
async function codeOfFailure(started: Started): Promise<string> {
  const { code, output }: Ended = await started.ended;
  assert.equal(code, 1, output);
  const lines = output.trimEnd().split("\n");
  const last = lines.findLast((line) => line.startsWith('{"type":"exit_error"'));
  assert.ok(last !== undefined, output);
  const said = JSON.parse(last) as { code: string; message: string; next: string };
  assert.ok(said.message !== "" && said.next !== "", last);
  return said.code;
}

test("a backup onto a full disk says so, keeps what was there, and goes on where it stopped once there is room", async (t) => {
  const seed = chosenSeed();
  t.diagnostic(`OBHUT_SEED=${seed}`);
  await using disk = smallDisk(await mkdtemp(path.join(tmpdir(), "obhut-disk-")), { sizeMiB: 260 });
  const repository = path.join(disk.path, "repository");
  await using scene = await crashScene({ seed, notes, repository: () => repository });
  const { place, history } = scene;
  await scene.change(notes);
  disk.fill(28);

  const before = await scene.state();
  assert.equal(await codeOfFailure(startBackup(place)), "STORAGE_FULL");
  await scene.assertNobodyLeft();
  const failed = await scene.state();
  assert.deepEqual(newNames(before.snapshots, failed.snapshots), []);
  assert.deepEqual([...failed.locks], [], "taking a lock away needs no room");
  assert.deepEqual(failed.unfinished, [], "what did not fit is taken away");
  assert.deepEqual(await everythingIn(place.scratch), []);
  for (const id of history.ids()) await history.assertRestores(id);

  disk.resize(400);
  await assertRepositoryClean(place, seeded(seed));
  const stored = addedPackBytes(before, failed);
  const rest = await scene.finish();
  t.diagnostic(
    `${(stored / MiB).toFixed(1)} MiB stored until the disk was full, ${(rest / MiB).toFixed(1)} afterwards`,
  );
  // Nothing may be stored at all: two packs on their way at once can fill the disk before either is whole.
  assert.ok(stored + rest < 60 * MiB, "what is stored is not stored again");
  await assertRepositoryClean(place, seeded(seed));
  for (const id of history.ids()) await history.assertRestores(id);
});

function startRestore(place: Workplace, target: string): Started {
  return startObhut(place, "restore", "latest", "--json", "--from", place.repository, "--target", target);
}

test("a restore onto a disk that is too small writes nothing; one whose disk gets full says so and succeeds with room", async () => {
  const seed = chosenSeed();
  await using scene = await crashScene({ seed, notes });
  const { place } = scene;
  const whole = path.join(place.root, "whole");
  await succeeded(startRestore(place, whole), "restore");
  const wanted = await treeHashes(whole);

  await using small = smallDisk(await mkdtemp(path.join(tmpdir(), "obhut-disk-")), { sizeMiB: 60 });
  assert.equal(await codeOfFailure(startRestore(place, path.join(small.path, "data"))), "TARGET_NO_SPACE");
  assert.deepEqual(await readdir(small.path), []);

  // Bytes enough, so that it starts; yet no room for all folders, then for all files.
  const folders = (await readdir(whole, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  );
  for (const names of [folders.length - 2, folders.length + 20]) {
    await using few = smallDisk(await mkdtemp(path.join(tmpdir(), "obhut-disk-")), { sizeMiB: 400, names });
    const target = path.join(few.path, "data");
    assert.equal(await codeOfFailure(startRestore(place, target)), "TARGET_FULL");
    await scene.assertNobodyLeft();
    assert.deepEqual(await readdir(target), [], "nobody takes half a data directory for a whole one");
    few.resize(400, 10_000);
    await succeeded(startRestore(place, target), "restore");
    assert.deepEqual(differences(wanted, await treeHashes(target)), []);
  }
});
