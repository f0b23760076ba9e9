/** Runs an operation again and again, with a fault at each of its writes, and judges what it left. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { limits } from "../../../src/base/limits.ts";
import { unlockRepository } from "../../../src/repository/locks.ts";
import { openRepository } from "../../../src/repository/open-repository.ts";
import { fileTypes, type Storage } from "../../../src/storage/storage.ts";
import { testActor } from "../../support/actor.ts";
import { testPassword } from "../../support/restic.ts";
import { DoomedProcess, type Fault, type PlannedFault } from "./dying-storage.ts";
import { type Operation, type World, worldOf } from "./operation.ts";
import { type Sight, sightOf } from "./sight.ts";
import type { MakeStage, Stage } from "./stage.ts";

export interface CrashOptions {
  readonly stage: MakeStage;
  readonly faults: readonly Fault[];
  /** Which of the faults are tried; default: all. */
  readonly chosen?: (planned: PlannedFault) => boolean;
  /** One more judge of a repository that lies in a folder; rejects where something is wrong. */
  readonly judge?: (folder: string) => Promise<void>;
}

export interface CrashReport {
  readonly writes: number;
  readonly tried: number;
}

/** Repositories by name; none where nothing was made yet. */
type Sights = ReadonlyMap<string, Sight>;

export async function crashEverywhere(operation: Operation, options: CrashOptions): Promise<CrashReport> {
  const passwords = operation.passwords ?? [testPassword];
  const repositories = await operation.scene();
  const seen: SeenBefore = new Map();
  const look = async (storages: Stage["storages"]): Promise<Sights> => await looked(storages, passwords, seen);
  let before: Sights;
  let wanted: Sights;
  const undisturbed = new DoomedProcess();
  {
    await using stage = await options.stage(repositories);
    before = await look(stage.storages);
    await operation.run(worldOf(stage.inHandsOf(undisturbed)));
    wanted = await look(stage.storages);
    assertSound(wanted);
  }
  let tried = 0;
  for (let at = 1; at <= undisturbed.writes; at++) {
    for (const fault of options.faults) {
      if (options.chosen?.({ at, fault }) === false) continue;
      await using stage = await options.stage(repositories);
      const process = new DoomedProcess({ at, fault });
      const said = await runToItsEnd(operation, worldOf(stage.inHandsOf(process)));
      const told = `${operation.name}: ${fault} write ${at} of ${undisturbed.writes} (${process.hit}), ${said}`;
      try {
        if (operation.mends !== true) await judgeAll(stage, options);
        const left = await look(stage.storages);
        assertSound(left, operation.mends === true ? before : new Map());
        assertNothingLost({ before, wanted, left });
        await runAgain(operation, stage, passwords);
        await judgeAll(stage, options);
        assertSameEnd(await look(stage.storages), wanted);
      } catch (error) {
        throw new Error(told, { cause: error });
      }
      tried++;
    }
  }
  return { writes: undisturbed.writes, tried };
}

/** Sights by the bytes that were looked at: many a fault leaves a repository as it was, or as another fault did. */
type SeenBefore = Map<string, Sight | undefined>;

async function looked(storages: Stage["storages"], passwords: readonly string[], seen: SeenBefore): Promise<Sights> {
  const sights = new Map<string, Sight>();
  for (const [name, storage] of storages) {
    const bytes = await hashOf(storage);
    if (!seen.has(bytes)) seen.set(bytes, await sightOf(storage, passwords));
    const sight = seen.get(bytes);
    if (sight !== undefined) sights.set(name, sight);
  }
  return sights;
}

/** Of every file's name and bytes: the same hash, the same sight. */
async function hashOf(storage: Storage): Promise<string> {
  const hash = createHash("sha256");
  for (const type of fileTypes) {
    const names = (await Array.fromAsync(storage.list(type))).map(({ name }) => name).sort();
    for (const name of names) {
      const bytes = await storage.load({ type, name });
      hash.update(JSON.stringify([type, name, bytes.length])).update(bytes);
    }
  }
  return hash.digest("hex");
}

/** A job whose process dies may say that it succeeded: then all that failed was to tidy up. */
async function runToItsEnd(operation: Operation, world: World): Promise<string> {
  return await operation.run(world).then(
    () => "and it said that it succeeded",
    (error: unknown) => `and it said: ${error}`,
  );
}

async function judgeAll(stage: Stage, { judge }: CrashOptions): Promise<void> {
  for (const [name, storage] of stage.storages) {
    const folder = stage.folderOf(name);
    const isMade = (await storage.sizeOf({ type: "config", name: "" })) !== undefined;
    if (folder !== undefined && isMade) await judge?.(folder);
  }
}

/** `before`: what was wrong then may be wrong still. */
function assertSound(sights: Sights, before: Sights = new Map()): void {
  for (const [name, { wrong }] of sights) {
    const known = new Set(before.get(name)?.wrong);
    assert.deepEqual(
      [...wrong].filter((one) => !known.has(one)),
      [],
      `repository ${name}`,
    );
  }
}

/**
 * Each snapshot that was there is there as it was, or mended; but one that the undisturbed run takes away may be gone, and one that it puts
 * another in the place of may be that other. Whatever is new is what the undisturbed run makes too.
 */
function assertNothingLost({ before, wanted, left }: Record<"before" | "wanted" | "left", Sights>): void {
  for (const [name, sight] of before) {
    const now = left.get(name)?.snapshots ?? [];
    const aim = wanted.get(name)?.snapshots ?? [];
    for (const was of sight.snapshots) {
      const kept = aim.some(({ id }) => id === was.id);
      const others = kept ? [] : aim.filter(({ time }) => time === was.time).map(({ form }) => form);
      if (!kept && others.length === 0) continue;
      const same = [was.form, ...aim.filter(({ id }) => id === was.id).map(({ form }) => form)];
      const found = now.some(({ id, form }) => (id === was.id && same.includes(form)) || others.includes(form));
      assert.ok(found, `snapshot ${was.id} of repository ${name} is lost`);
    }
    const known = new Set([...sight.snapshots, ...aim].map(({ form }) => form));
    for (const { id, form } of now) assert.ok(known.has(form), `snapshot ${id} of repository ${name} is nobody's`);
  }
}

/** Locks of the dead are taken away first, once they are old enough to be known for that: it begins as people do. */
async function runAgain(operation: Operation, stage: Stage, passwords: readonly string[]): Promise<void> {
  const lateMs = 2 * limits.lockStaleMs;
  let password: string | undefined;
  for (const storage of stage.storages.values()) {
    const opened = await unlocked(storage, passwords, lateMs);
    password ??= opened;
  }
  await operation.run(worldOf(stage.storages, { lateMs, ...(password === undefined ? {} : { password }) }));
  const locks = [...stage.storages.values()].map((storage) => Array.fromAsync(storage.list("locks")));
  assert.deepEqual((await Promise.all(locks)).flat(), [], "no lock stays");
}

/** The password that opened it; undefined where there is no repository. */
async function unlocked(storage: Storage, passwords: readonly string[], lateMs: number): Promise<string | undefined> {
  if ((await storage.sizeOf({ type: "config", name: "" })) === undefined) return undefined;
  const { clock } = worldOf(new Map(), { lateMs }).parts;
  for (const password of passwords) {
    const repo = await openRepository(storage, password, testActor(clock)).catch(() => undefined);
    if (repo === undefined) continue;
    await unlockRepository(repo, { all: false });
    return password;
  }
  throw new Error("no password opens it");
}

function assertSameEnd(now: Sights, wanted: Sights): void {
  assertSound(now);
  const forms = (sights: Sights): unknown =>
    [...sights].map(([name, { snapshots }]) => [name, [...new Set(snapshots.map(({ form }) => form))].sort()]);
  assert.deepEqual(forms(now), forms(wanted), "run again, it comes to the end that it would have come to");
}
