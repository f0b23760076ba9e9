/** What operations begin with, each made once. */
import { bytePath } from "../../../src/base/byte-path.ts";
import { KiB } from "../../../src/base/limits.ts";
import { openTargets } from "../../../src/jobs/open-targets.ts";
import { backup } from "../../../src/repository/backup/backup.ts";
import { bytesEntry, longAgoNs, metaOf } from "../../../src/repository/backup/backup-kit.ts";
import { initRepository } from "../../../src/repository/init-repository.ts";
import { openRepository } from "../../../src/repository/open-repository.ts";
import { loadSnapshots } from "../../../src/repository/snapshots.ts";
import type { SourceEntry } from "../../../src/repository/source-entry.ts";
import { MemoryStorage } from "../../../src/storage/memory/memory-storage.ts";
import { cheapKdf, testActor } from "../../support/actor.ts";
import { bytesOfSeed } from "../../support/odd-folder.ts";
import { testPassword } from "../../support/restic.ts";
import { placeOf, type World, worldOf } from "./operation.ts";
import { copyOf, type Repositories } from "./stage.ts";

/** Days of which each has its own files, some of the day before, and some that all have. */
export function entriesOf(day: number): SourceEntry[] {
  const folders = ["/data", "/data/deep", "/data/deep/er"].map(folderEntry);
  return [
    ...folders,
    bytesEntry("/data/always", bytesOfSeed(1, 120 * KiB)),
    bytesEntry("/data/deep/er/small", Buffer.from("small")),
    changedOn(day, `/data/of day ${day}`, bytesOfSeed(100 + day, 150 * KiB)),
    changedOn(day, "/data/since yesterday", bytesOfSeed(99 + day, 150 * KiB)),
    changedOn(day, "/data/webui.db", Buffer.concat([bytesOfSeed(2, 96 * KiB), bytesOfSeed(200 + day, 32 * KiB)])),
  ];
}

/** With a time that tells the next backup of the change. */
function changedOn(day: number, path: string, bytes: Buffer): SourceEntry {
  const changedNs = longAgoNs + BigInt(day);
  return bytesEntry(path, bytes, {
    meta: metaOf({ sizeBytes: bytes.length, mtimeNs: changedNs, ctimeNs: changedNs }),
  });
}

/** Named, so that it has no time of its own making. */
function folderEntry(path: string): SourceEntry {
  return { path: bytePath(path), meta: metaOf({ kind: "dir", mode: 0o755 }), changes: "whole", pinned: true };
}

export interface StoredDay {
  readonly day: number;
  readonly entries?: Iterable<SourceEntry>;
}

/** A backup as the command makes it, of an instance that is held in memory. Rejects unless every destination has it. */
export async function backUp(
  names: readonly string[],
  { day, entries = entriesOf(day) }: StoredDay,
  { parts, watch }: Pick<World, "parts" | "watch">,
): Promise<void> {
  const timeMs = Date.UTC(2026, 9, day);
  const destinations = names.map(placeOf);
  const parent = { hostname: "instance", paths: ["/data"], timeMs };
  await using targets = await openTargets({ destinations, parent, dryRun: false }, parts, watch);
  const { username, uid, gid } = parts.actor;
  const stored = await backup({
    targets: targets.opened.map(({ target }) => target),
    entries: (async function* () {
      yield* entries;
    })(),
    hostname: "instance",
    username,
    uid,
    gid,
    tags: [`day ${day}`],
    paths: ["/data"],
    excludes: [],
    programVersion: "obhut test",
    timeMs,
    onFinding: () => undefined,
    signal: AbortSignal.any([watch.signal, ...targets.signals]),
    workers: 1,
  });
  const failed = stored.targets.flatMap((one) => (one.kind === "failed" ? [one.error] : []));
  for (const { error } of targets.failed) failed.push(error);
  if (failed[0] !== undefined) throw failed[0];
}

export async function nothing(): Promise<Repositories> {
  return repositories("a", "b");
}

export const empty = once(async () => {
  const made = repositories("a", "b");
  for (const storage of made.values()) {
    await initRepository(storage, { password: testPassword, actor: testActor(), kdf: cheapKdf });
  }
  return made;
});

/** Four days in `a`, nothing in `b`. */
export const fourDays = once(async () => {
  const made = copiesOf(await empty());
  for (let day = 1; day <= 4; day++) await backUp(["a"], { day }, worldOf(made));
  return made;
});

/** The same two days in both, and two more in `a`. */
export const twoDaysInBoth = once(async () => {
  const made = copiesOf(await empty());
  for (let day = 1; day <= 4; day++) await backUp(day <= 2 ? ["a", "b"] : ["a"], { day }, worldOf(made));
  return made;
});

/** As four days, of which the first and the third were forgotten, so that packs are partly used or not at all. */
export const twoForgotten = once(async () => {
  const made = copiesOf(await fourDays());
  const storage = made.get("a") ?? new MemoryStorage();
  const { snapshots } = await loadSnapshots(await openRepository(storage, testPassword, testActor()));
  for (const at of [0, 2]) await storage.remove({ type: "snapshots", name: snapshots[at]?.id ?? "" });
  return made;
});

export function copiesOf(made: Repositories): Map<string, MemoryStorage> {
  return new Map([...made].map(([name, from]) => [name, copyOf(from)]));
}

function repositories(...names: readonly string[]): Map<string, MemoryStorage> {
  return new Map(names.map((name) => [name, new MemoryStorage({ location: name })]));
}

export function once(make: () => Promise<Repositories>): () => Promise<Repositories> {
  let made: Promise<Repositories> | undefined;
  return () => (made ??= make());
}
