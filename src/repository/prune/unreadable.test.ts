/** What cannot be read is neither damaged nor unneeded: prune and rewrite end there, in the storage's own words; a check goes on. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { denied, impaired } from "../../../tests/support/impaired-scene.ts";
import { fixPacks, flip, names, treePacks } from "../../../tests/support/repair-scene.ts";
import { isObhutError } from "../../base/errors.ts";
import { checkRepository } from "../check/check-repository.ts";
import { loadIndex } from "../load-index.ts";
import { rewriteSnapshots } from "../rewrite/rewrite-snapshots.ts";
import { loadSnapshots } from "../snapshots.ts";
import { applyPrune } from "./apply-prune.ts";
import { planPrune } from "./plan-prune.ts";
import { defaultPruneOptions } from "./prune-options.ts";

const { signal } = new AbortController();
const options = { ...defaultPruneOptions, maxUnused: { kind: "bytes", bytes: 0 } } as const;
const watch = { signal, onFinding: () => undefined, onProgress: () => undefined };
const isFailed = (error: unknown): boolean => isObhutError(error, "STORAGE_FAILED");

it("prune: a folder that cannot be read is no reason to forget its snapshot", async () => {
  const scene = impaired();
  const before = new Map(scene.files);
  for (const pack of await treePacks(scene)) {
    scene.answers.set(pack, denied);
    await assert.rejects(planPrune(scene.repo, { options, signal }), isFailed);
    scene.answers.clear();
  }
  assert.deepEqual(scene.files, before);
});

it("prune: a snapshot that cannot be read may need everything", async () => {
  const scene = impaired();
  const before = new Map(scene.files);
  for (const name of names(scene, "snapshots")) {
    scene.answers.set(name, denied);
    await assert.rejects(planPrune(scene.repo, { options, signal }), isFailed);
    scene.answers.clear();
  }
  assert.deepEqual(scene.files, before);
});

it("check: a snapshot that cannot be read is named, and the others are followed", async () => {
  const scene = impaired();
  const [unread = "", other = ""] = names(scene, "snapshots");
  scene.answers.set(unread, denied);
  // What only it needs may be in a pack that no index lists: nothing is called unused.
  const stray = `data/${"7".repeat(64)}`;
  scene.files.set(stray, new Uint8Array(100));
  const found = async (): Promise<string[]> =>
    (await checkRepository(scene.repo, { readData: { kind: "none" } })).findings.map(({ code }) => code);
  assert.deepEqual(await found(), ["SNAPSHOT_UNREADABLE"]);
  scene.answers.clear();
  assert.deepEqual(await found(), ["PACKS_UNUSED"]);
  scene.answers.set(unread, denied);
  scene.answers.set(other, denied);
  assert.deepEqual(await found(), ["SNAPSHOT_UNREADABLE", "SNAPSHOT_UNREADABLE"]);
});

it("prune: a piece of which one copy is damaged and the other cannot be read is not called damaged", async () => {
  const scene = impaired();
  const [pack = ""] = await treePacks(scene);
  const kept = new Map(scene.files);
  flip(scene, pack, (scene.files.get(pack)?.length ?? 0) - 1);
  await fixPacks(scene, [pack.slice("data/".length)]);
  const [copied = ""] = names(scene, "data").filter((name) => !kept.has(name));
  for (const [name, bytes] of kept) scene.files.set(name, bytes);
  const plan = await planPrune(scene.repo, { options, signal });
  for (const [damagedOne, deniedOne] of [
    [pack, copied],
    [copied, pack],
  ] as const) {
    scene.answers.set(damagedOne, (bytes) => bytes.fill(0));
    scene.answers.set(deniedOne, denied);
    await assert.rejects(applyPrune(scene.repo, plan, watch), isFailed);
    scene.answers.clear();
  }
  for (const [name, bytes] of kept) assert.equal(scene.files.get(name), bytes, name);
});

it("rewrite: a folder that cannot be read ends it, and every snapshot stays", async () => {
  const scene = impaired();
  const [pack = ""] = await treePacks(scene);
  const { snapshots } = await loadSnapshots(scene.repo);
  const repo = await loadIndex(scene.repo);
  const before = new Map(scene.files);
  scene.answers.set(pack, denied);
  const leavesOut = (path: string): boolean => path.endsWith("/first");
  const as = { leavesOut, hostname: undefined, time: undefined, forget: true, dryRun: false };
  const onFinding = (found: object): void => assert.fail(JSON.stringify(found));
  await assert.rejects(
    rewriteSnapshots({ repo, chosen: snapshots, present: snapshots, ...as, onFinding, signal }),
    isFailed,
  );
  assert.deepEqual(
    names(scene, "snapshots"),
    [...before.keys()].filter((name) => name.startsWith("snapshots/")),
  );
});
