/**
 * A disk that gets full for real, at every page that a command would still write: it says so, what snapshots hold is still there, and with
 * room again the same command comes to its end. OBHUT_SEED=N repeats the choices of a run.
 */
import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { startObhut, startRestic, succeeded } from "../crash/program.ts";
import { repositoryState } from "../crash/repository-state.ts";
import { chosenSeed, type Seeded, seeded } from "../crash/seeded.ts";
import { smallDisk } from "../crash/small-disk.ts";
import { assertNothingLost, codeOf, copyOfPristine, type HoledScene, holedScene, start, works } from "./holed-scene.ts";

const isLong = process.env["OBHUT_LONG"] !== undefined;
/** Pages that are left: a lock takes one, an index one or two, a pack as many as it has 4 KiB. */
const pagesLeft = [0, 1, 2, 3, 4, 6, 10, 40, 150];

function chosenPages(random: Seeded): readonly number[] {
  return isLong ? pagesLeft : [pagesLeft[random.below(2)] ?? 0, pagesLeft[2 + random.below(7)] ?? 0];
}

type Scene = Pick<HoledScene, "place" | "wanted">;

async function onFullDisk(work: (typeof works)[number], pages: number, { place, wanted }: Scene): Promise<string> {
  await using disk = smallDisk(await mkdtemp(path.join(tmpdir(), "obhut-full-")), { sizeMiB: 24 });
  const at = await copyOfPristine(place, path.join(disk.path, "repository"));
  await work.harm?.(at);
  disk.fillButPages(pages);
  const code = await codeOf(await start(work, at, place));
  const { locks, unfinished } = await repositoryState(at.repository);
  const told = `${work.name} with ${pages} pages: ${code ?? "done"}`;
  assert.deepEqual([[...locks], unfinished], [[], []], `${told}: nothing stays of what did not fit`);
  assert.ok(code === undefined || code === "STORAGE_FULL" || code === "PRUNE_NO_ROOM", told);
  if (work.harm === undefined) await assertNothingLost(at, wanted);
  disk.drain();
  // The packs that a repair took out are kept in the folder of the call: the same bytes may lie there already.
  if (code !== undefined) assert.equal(await codeOf(await start(work, at, place)), undefined, told);
  await assertNothingLost(at, wanted);
  return code ?? "done";
}

const seed = chosenSeed();
let made: HoledScene;
before(async () => {
  made = await holedScene(seeded(seed));
});
after(async () => await made?.[Symbol.asyncDispose]());

for (const work of works) {
  test(`${work.name} on a full disk says so and loses nothing`, async (t) => {
    t.diagnostic(`OBHUT_SEED=${seed}`);
    const kept = work.keeps === "last" ? [...made.wanted].slice(-1) : made.wanted;
    const scene = { ...made, wanted: new Map(kept) };
    const ends: string[] = [];
    const random = seeded(seed + works.indexOf(work));
    for (const pages of chosenPages(random)) ends.push(`${pages}: ${await onFullDisk(work, pages, scene)}`);
    t.diagnostic(ends.join(", "));
    assert.ok(
      ends.some((end) => !end.endsWith("done")),
      "no disk was too full",
    );
  });
}

test("a prune without room to write packs names the one that needs none, and that one frees some", async () => {
  await using disk = smallDisk(await mkdtemp(path.join(tmpdir(), "obhut-full-")), { sizeMiB: 24 });
  const at = await copyOfPristine(made.place, path.join(disk.path, "repository"));
  // A backup of its own, forgotten again: packs of which nothing is needed.
  const said = await succeeded(startRestic(at, "backup", "--json", at.passwordFile, at.scratch), "restic backup");
  await succeeded(startRestic(at, "forget", /"snapshot_id":"([0-9a-f]+)"/.exec(said)?.[1] ?? ""), "restic forget");
  disk.fillButPages(20);
  const full = await startObhut(at, "prune", "--from", at.repository, "--max-unused", "0").ended;
  assert.equal(full.code, 1);
  assert.match(full.output, /too full to write packs anew.*obhut prune --max-repack-size 0/s);
  const before = await repositoryState(at.repository);
  await succeeded(startObhut(at, "prune", "--from", at.repository, "--max-repack-size", "0"), "prune without writing");
  assert.ok((await repositoryState(at.repository)).packs.size < before.packs.size);
  await assertNothingLost(at, made.wanted);
});
