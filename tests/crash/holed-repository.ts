/** A repository of restic's with packs that are used in part, and whether all that its snapshots hold is still there. */
import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { cheapenKey } from "../support/cheap-keys.ts";
import { rustic } from "../support/restic.ts";
import { crashPassword, startRestic, succeeded, type Workplace } from "./program.ts";
import type { Seeded } from "./seeded.ts";
import { differences, type TreeHashes, treeHashes } from "./tree-hashes.ts";

const MiB = 1 << 20;
const isLong = process.env["OBHUT_LONG"] !== undefined;
export const holedRounds = 4;

/** Snapshots that share files, of which two are forgotten: packs that are used in part. What the others restore to. */
export async function makeHoled(
  place: Workplace,
  random: Seeded,
  fileBytes = 2 * MiB,
): Promise<ReadonlyMap<string, TreeHashes>> {
  await succeeded(startRestic(place, "init"), "restic init");
  await cheapenKey(place.repository, crashPassword);
  const wanted = new Map<string, TreeHashes>();
  for (let round = 0; round < holedRounds; round++) {
    await rm(path.join(place.data, `of-${round - 1}`), { recursive: true, force: true });
    await mkdir(path.join(place.data, `of-${round}`), { recursive: true });
    for (let file = 0; file < 8; file++) {
      const bytes = random.bytes(fileBytes);
      await writeFile(path.join(place.data, file % 2 === 0 ? `kept-${round}-${file}` : `of-${round}/${file}`), bytes);
    }
    const said = await succeeded(startRestic(place, "backup", "--json", place.data), "restic backup");
    const id = /"snapshot_id":"([0-9a-f]+)"/.exec(said)?.[1] ?? assert.fail(said);
    if (round % 2 === 0) await succeeded(startRestic(place, "forget", id), "restic forget");
    else wanted.set(id, await treeHashes(place.data));
  }
  return wanted;
}

/** restic, which needs no lock to look; in the long run rustic too. */
export async function judgeHoled(place: Workplace, wanted: ReadonlyMap<string, TreeHashes>): Promise<void> {
  await succeeded(startRestic(place, "check", "--read-data", "--no-lock"), "restic check");
  for (const [id, hashes] of wanted) {
    const target = path.join(place.root, "restored");
    await succeeded(startRestic(place, "restore", `${id}:${place.data}`, "--no-lock", "--target", target), "restore");
    assert.deepEqual(differences(hashes, await treeHashes(target)), [], id);
    await rm(target, { recursive: true });
  }
  if (isLong) await rustic.run(place.repository, "--password", crashPassword, "check");
}
