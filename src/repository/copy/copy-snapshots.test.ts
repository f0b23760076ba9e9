import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../../tests/support/actor.ts";
import { bytesOfSeed } from "../../../tests/support/odd-folder.ts";
import { storeFolder } from "../../../tests/support/stored-folder.ts";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { KiB } from "../../base/limits.ts";
import { MemoryStorage, type MemoryStorageOptions } from "../../storage/memory/memory-storage.ts";
import { checkRepository } from "../check/check-repository.ts";
import { initRepository } from "../init-repository.ts";
import { loadIndex } from "../load-index.ts";
import type { IndexedRepository } from "../repository.ts";
import { loadSnapshots } from "../snapshots.ts";
import type { CopyPlan } from "./copy-plan.ts";
import { copySnapshots } from "./copy-snapshots.ts";
import { knownIn } from "./known-in.ts";
import { planCopy } from "./plan-copy.ts";

async function newRepository(options: MemoryStorageOptions = {}): Promise<IndexedRepository> {
  const init = { password: "p", actor: testActor(), kdf: cheapKdf };
  return await loadIndex(await initRepository(new MemoryStorage(options), init));
}

/** Three snapshots, each with a file more than the one before. */
async function makeSource(): Promise<IndexedRepository> {
  await using folder = await tempFolder("copy-snapshots");
  await mkdir(join(folder.path, "sub"));
  const repo = await newRepository();
  for (const day of [1, 2, 3]) {
    await writeFile(join(folder.path, "sub", `day ${day}`), bytesOfSeed(day, 200 * KiB));
    await storeFolder(repo, folder.path, { timeMs: Date.UTC(2026, 10, day) });
  }
  return await loadIndex(repo);
}

const from = await makeSource();

async function planFor(to: IndexedRepository): Promise<CopyPlan> {
  const { snapshots } = await loadSnapshots(from);
  const onFinding = (found: object): void => assert.fail(JSON.stringify(found));
  const { known } = await knownIn(to, onFinding);
  return await planCopy(snapshots.toReversed(), { from, known, onFinding });
}

it("plans each piece for the first snapshot that needs it, and nothing twice", async () => {
  const plan = await planFor(await newRepository());
  const counts = plan.snapshots.map(({ rows }) => rows.to - rows.from);
  assert.equal(plan.blobs.count, from.index.count);
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    plan.blobs.count,
  );
  const [newest = 0, ...older] = plan.snapshots.map(({ sealedBytes }) => sealedBytes);
  // what older ones need more than the newest are their trees
  assert.ok(
    older.every((bytes) => bytes > 0 && bytes < newest / 50),
    `${newest}, ${older}`,
  );
  assert.equal(newest + older.reduce((sum, bytes) => sum + bytes), plan.sealedBytes);
});

it("stores snapshots as they get whole, the newest first, and keeps them when it ends early", async () => {
  let saved = 0;
  const to = await newRepository({
    before: (call, file) => {
      if (call === "save" && file?.type === "snapshots" && ++saved === 3) throw new Error("the disk is gone");
    },
  });
  const plan = await planFor(to);
  const told: string[] = [];
  const onFinding = (found: object): void => assert.fail(JSON.stringify(found));
  const onCopied = ({ source }: { readonly source: { readonly time: string } }): void => void told.push(source.time);
  const copying = copySnapshots({ from, to, plan, onFinding, onCopied, batchBytes: 1 });
  await assert.rejects(copying, /the disk is gone/);
  assert.deepEqual(told, ["2026-11-03T00:00:00Z", "2026-11-02T00:00:00Z"]);
  const { findings, snapshots } = await checkRepository(to, { readData: { kind: "all" }, threads: 1 });
  assert.deepEqual([findings, snapshots], [[], 2]);
});
