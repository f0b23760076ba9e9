/** For the tests beside this file: small sources, quick repositories, and a look at what was stored. */
import { randomBytes } from "node:crypto";
import { lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BytePath, bytePath } from "../../base/byte-path.ts";
import { systemClock } from "../../base/clock.ts";
import type { Finding } from "../../base/finding-codes.ts";
import type { Storage } from "../../storage/storage.ts";
import { initRepository } from "../init-repository.ts";
import { loadIndex } from "../load-index.ts";
import { openRepository } from "../open-repository.ts";
import { readContent } from "../read-file.ts";
import type { IndexedRepository } from "../repository.ts";
import { loadSnapshot, type StoredSnapshot } from "../snapshots.ts";
import type { EntryMeta, ReadOutcome, SourceEntry } from "../source-entry.ts";
import { walkTree } from "../walk-tree.ts";
import { backup } from "./backup.ts";
import type { BackupOptions, BackupResult, BackupTarget } from "./backup-options.ts";

export const actor = {
  clock: systemClock,
  random: (bytes: number): Uint8Array => randomBytes(bytes),
  hostname: "home",
  username: "ada",
  pid: 1,
  uid: 0,
  gid: 0,
};

export async function newRepository(storage: Storage, version: 1 | 2 = 2): Promise<IndexedRepository> {
  return await loadIndex(await initRepository(storage, { password: "p", actor, version, kdf: { N: 2, r: 1, p: 1 } }));
}

export async function reopened(storage: Storage): Promise<IndexedRepository> {
  return await loadIndex(await openRepository(storage, "p", actor));
}

/** A folder of its own, removed at the end of the block. */
export function scratchFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "obhut-backup-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Long ago, so that a file's times prove something to a parent made now. */
export const longAgoNs = 1_600_000_000_000_000_000n;

export function metaOf(changes: Partial<EntryMeta> = {}): EntryMeta {
  const times = { mtimeNs: longAgoNs, atimeNs: longAgoNs, ctimeNs: longAgoNs };
  const owner = { uid: 1000, gid: 1000, user: "ada", group: "ada" };
  return { kind: "file", mode: 0o644, ...times, ...owner, inode: 7n, deviceId: 1n, sizeBytes: 0, links: 1, ...changes };
}

/** An entry whose bytes are in memory. */
export function bytesEntry(path: string, bytes: Uint8Array, more: Partial<SourceEntry> = {}): SourceEntry {
  const meta = metaOf({ sizeBytes: bytes.length });
  return { path: bytePath(path), meta, content: { kind: "bytes", bytes }, changes: "in-place", pinned: true, ...more };
}

/** An entry of a file as it lies on the disk now. */
export function fileEntry(path: string, file: string, more: Partial<SourceEntry> = {}): SourceEntry {
  const { ino, dev, size, mtimeNs, ctimeNs } = lstatSync(file, { bigint: true });
  const meta = metaOf({ inode: ino, deviceId: dev, sizeBytes: Number(size), mtimeNs, ctimeNs, atimeNs: mtimeNs });
  const content = { kind: "file", path: bytePath(file) } as const;
  return { path: bytePath(path), meta, content, changes: "in-place", pinned: false, ...more };
}

export interface Ran {
  readonly result: BackupResult;
  readonly findings: readonly Finding[];
  /** Each outcome told, in order. */
  readonly outcomes: ReadonlyMap<BytePath, readonly ReadOutcome[]>;
}

/** Backs up with two threads; every entry's `done` is recorded. */
export async function run(
  targets: readonly BackupTarget[],
  entries: Iterable<SourceEntry> | AsyncIterable<SourceEntry>,
  more: Partial<BackupOptions> = {},
): Promise<Ran> {
  const findings: Finding[] = [];
  const outcomes = new Map<BytePath, ReadOutcome[]>();
  const result = await backup({
    targets,
    entries: recorded(entries, outcomes),
    hostname: "home",
    username: "ada",
    uid: 1000,
    gid: 1000,
    tags: ["test"],
    paths: ["/data"],
    excludes: [],
    programVersion: "obhut test",
    timeMs: Date.now(),
    onFinding: (found) => findings.push(found),
    workers: 2,
    ...more,
  });
  return { result, findings, outcomes };
}

async function* recorded(
  entries: Iterable<SourceEntry> | AsyncIterable<SourceEntry>,
  outcomes: Map<BytePath, ReadOutcome[]>,
): AsyncGenerator<SourceEntry> {
  for await (const entry of entries) {
    const told: ReadOutcome[] = [];
    outcomes.set(entry.path, told);
    yield { ...entry, done: (outcome) => told.push(outcome) };
  }
}

/** The snapshot that the target numbered `number` got; fails where it got none. */
export async function storedSnapshot(ran: Ran, storage: Storage, number = 0): Promise<StoredSnapshot> {
  const target = ran.result.targets[number];
  if (target?.kind !== "stored" || target.snapshot === undefined) throw new Error(`nothing stored: ${target?.kind}`);
  return await loadSnapshot(await reopened(storage), target.snapshot);
}

/** Every file of a snapshot with its bytes, every other entry with its type; read anew from the storage. */
export async function contentsOf(storage: Storage, snapshot: StoredSnapshot): Promise<Map<string, Buffer | string>> {
  const repo = await reopened(storage);
  const contents = new Map<string, Buffer | string>();
  for await (const { path, node } of walkTree(repo, snapshot.tree)) {
    if (node.type !== "file") {
      contents.set(path, node.type);
      continue;
    }
    const parts: Buffer[] = [];
    for await (const part of readContent(repo, node)) parts.push(Buffer.from(part));
    contents.set(path, Buffer.concat(parts));
  }
  return contents;
}
