import assert from "node:assert/strict";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { memoryDestination, memoryParts, memoryPassword, told } from "../../tests/support/memory-parts.ts";
import { saveSnapshot } from "../../tests/support/snapshot-files.ts";
import { systemClock } from "../base/clock.ts";
import { isObhutError, ObhutError } from "../base/errors.ts";
import { changedTags, type TagChange } from "../repository/change-tags.ts";
import { initRepository } from "../repository/init-repository.ts";
import type { Repository } from "../repository/repository.ts";
import { loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import { MemoryStorage, type MemoryStorageOptions } from "../storage/memory/memory-storage.ts";
import { type RunTagOptions, runTag, type TagSummary } from "./run-tag.ts";

interface Scene {
  readonly storage: MemoryStorage;
  readonly repo: Repository;
  readonly snapshots: readonly StoredSnapshot[];
}

async function scene(before: MemoryStorageOptions["before"] = () => undefined): Promise<Scene> {
  const storage = new MemoryStorage({ before });
  const repo = await initRepository(storage, { password: memoryPassword, actor: testActor(), kdf: cheapKdf });
  await saveSnapshot(repo, { time: "2026-11-01T03:00:00.123+01:00", tags: ["a"], other: { from: "a newer program" } });
  await saveSnapshot(repo, { time: "2026-11-02T03:00:00Z", hostname: "other", tags: ["a", "b"] });
  return { storage, repo, snapshots: (await loadSnapshots(repo)).snapshots };
}

async function run({ storage }: Scene, options: Partial<RunTagOptions>, watch = told()): Promise<TagSummary> {
  const change: TagChange = { kind: "edit", add: ["b"], remove: [] };
  const all = { repository: memoryDestination, queries: [], filter: {}, change, ...options };
  return await runTag(all, memoryParts(storage, systemClock), watch);
}

async function now({ repo }: Scene): Promise<readonly StoredSnapshot[]> {
  return (await loadSnapshots(repo)).snapshots;
}

it("tags are added, removed, replaced, each once", () => {
  assert.deepEqual(changedTags(["a"], { kind: "edit", add: ["b", "a", "b"], remove: [] }), ["a", "b"]);
  assert.deepEqual(changedTags(["a", "b"], { kind: "edit", add: ["c"], remove: ["a", "c"] }), ["b"]);
  assert.deepEqual(changedTags(["a", "b"], { kind: "set", tags: ["c", "c"] }), ["c"]);
  assert.deepEqual(changedTags(["a", "b"], { kind: "set", tags: [] }), []);
});

it("a snapshot gets a new id, names the first one, and keeps everything else", async () => {
  const made = await scene();
  const [first, second] = made.snapshots;
  const { changed, unchanged, incomplete } = await run(made, {});
  assert.deepEqual([changed.length, unchanged, incomplete], [1, 1, false]);
  const [renamed, other] = await now(made);
  assert.deepEqual(renamed, { ...first, id: changed[0]?.id, tags: ["a", "b"], original: first?.id });
  assert.deepEqual(other, second);
  await run(made, { queries: [renamed?.id.slice(0, 8) ?? ""], change: { kind: "set", tags: [] } });
  const [again] = await now(made);
  assert.deepEqual(again, { ...renamed, id: again?.id, tags: [], original: first?.id });
});

it("filters choose, and what is named is found or nothing is changed", async () => {
  const made = await scene();
  const change: TagChange = { kind: "edit", add: ["c"], remove: [] };
  assert.equal((await run(made, { filter: { instances: ["other"] }, change })).changed.length, 1);
  assert.equal((await run(made, { filter: { tags: [["none"]] }, change })).changed.length, 0);
  await assert.rejects(run(made, { queries: [made.snapshots[0]?.id ?? "", "latest"], change }), (error) =>
    isObhutError(error, "SEVERAL_INSTANCES"),
  );
  assert.deepEqual(
    (await now(made)).map(({ tags }) => tags),
    [["a"], ["a", "b", "c"]],
  );
});

it("a crash at any write loses no snapshot", async () => {
  for (let dies = 0; ; dies++) {
    let writes = Number.NEGATIVE_INFINITY;
    const made = await scene((call, file) => {
      if ((call === "save" || call === "remove") && file?.type === "snapshots" && writes++ >= dies) {
        throw new Error("the machine died");
      }
    });
    writes = 0;
    const attempt = run(made, { change: { kind: "edit", add: ["c"], remove: [] } });
    const died = await attempt.then(
      () => false,
      (error: unknown) => /died/.test(String(error)),
    );
    writes = Number.NEGATIVE_INFINITY;
    const there = await now(made);
    for (const { id, time } of made.snapshots) {
      const copies = there.filter((one) => one.id === id || one.original === id);
      assert.ok(copies.length > 0 && copies.every((one) => one.time === time), `after ${dies} writes`);
    }
    if (!died) {
      assert.ok(dies >= 4);
      return;
    }
  }
});

it("a storage that removes nothing is told at once; one that keeps a file ends the work with both copies there", async () => {
  let keeps = (_name: string): boolean => false;
  const made = await scene((call, file) => {
    if (call !== "remove" || file?.type !== "snapshots" || !keeps(file.name)) return;
    throw new ObhutError("STORAGE_DENIED", { location: "memory", action: "remove", reason: "not permitted" });
  });
  const change: TagChange = { kind: "edit", add: ["c"], remove: [] };
  keeps = () => true;
  await assert.rejects(run(made, { change }), (error) => isObhutError(error, "STORAGE_APPEND_ONLY"));
  assert.deepEqual(await now(made), made.snapshots);
  keeps = (name) => name === made.snapshots[0]?.id;
  const watch = told();
  const summary = await run(made, { change }, watch);
  assert.deepEqual([summary.incomplete, summary.changed.length, watch.errors], [true, 1, ["SNAPSHOT_NOT_REMOVED"]]);
  assert.equal((await now(made)).length, 3);
});
