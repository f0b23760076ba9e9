/**
 * Locks on a repository, understood by restic: any number of shared ones, or one exclusive.
 * Source: restic's doc/design.rst, "Locks"; internal/repository/lock.go and lock_file.go.
 *
 * Unlike restic, nothing is concluded from a process id: holders run in containers. Only time tells (30 minutes). rustic takes no
 * locks at all: nothing here holds it back.
 */
import { isObhutError, ObhutError } from "../base/errors.ts";
import { type LockId, parseId, shortId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { decodeLock, encodeLock, type LockFile } from "./format/lock-file.ts";
import { msOfTimeText, timeTextOfMs } from "./format/time-text.ts";
import { isRefusal } from "./is-refusal.ts";
import { loadSealed, saveSealed } from "./object-file.ts";
import type { Repository } from "./repository.ts";
import { appendOnly } from "./require-removal.ts";
import { objectName } from "./verified-file.ts";

export type LockMode = "shared" | "exclusive";

export interface HeldLock {
  readonly id: LockId;
  /** Undefined where the file cannot be read or is no lock; then it counts as exclusive, for it may be. */
  readonly lock?: LockFile;
}

/** All locks there are, whoever holds them. One that is removed meanwhile is left out, as are empty files (restic's cut-off uploads). */
export async function listLocks(repo: Repository, signal?: AbortSignal): Promise<HeldLock[]> {
  const found: HeldLock[] = [];
  for await (const { name, sizeBytes } of repo.storage.list("locks", signal)) {
    const id = parseId<LockId>(name);
    if (id === undefined || sizeBytes === 0) continue;
    const held = await loadLock(repo, id, signal);
    if (held !== undefined) found.push(held);
  }
  return found;
}

async function loadLock(repo: Repository, id: LockId, signal?: AbortSignal): Promise<HeldLock | undefined> {
  try {
    return { id, lock: decodeLock(await loadSealed(repo, "locks", id, signal), objectName("locks", id)) };
  } catch (error) {
    if (isObhutError(error, "STORAGE_FILE_MISSING")) return undefined;
    if (isObhutError(error, "OBJECT_DAMAGED")) return { id };
    throw error;
  }
}

/** Nobody has refreshed it for 30 minutes: its holder is dead, or has stopped by its own rule. */
export function isStale({ lock }: HeldLock, nowMs: number): boolean {
  return lock !== undefined && nowMs - msOfTimeText(lock.time) > limits.lockStaleMs;
}

/**
 * The lock that forbids a new one, if any. A stale lock does not keep a shared one out, but does an exclusive one: who
 * is about to delete data must not trust a clock (ours may be the wrong one); `unlock` removes it.
 */
export function conflictOf(locks: readonly HeldLock[], mode: LockMode, nowMs: number): HeldLock | undefined {
  return locks.find((held) => (mode === "exclusive" ? true : (held.lock?.exclusive ?? true) && !isStale(held, nowMs)));
}

/** REPOSITORY_LOCKED, naming holder and since when. */
export function lockedError(repo: Repository, { id, lock }: HeldLock): ObhutError {
  const holder = lock ? `${lock.username}@${lock.hostname} (${lock.pid})` : `lock ${shortId(id)}`;
  return new ObhutError("REPOSITORY_LOCKED", { location: repo.storage.location, holder, since: lock?.time ?? "?" });
}

export interface WrittenLock {
  readonly id: LockId;
  /** The wall time that the file names, ms. */
  readonly timeMs: number;
}

/** Writes a lock of now. */
export async function writeLock(repo: Repository, mode: LockMode): Promise<WrittenLock> {
  const { clock, hostname, username, pid, uid, gid } = repo.actor;
  const timeMs = clock.nowMs();
  const time = timeTextOfMs(timeMs);
  const lock: LockFile = { time, exclusive: mode === "exclusive", hostname, username, pid, uid, gid };
  return { id: await saveSealed<LockId>(repo, "locks", encodeLock(lock)), timeMs };
}

export async function removeLock(repo: Repository, id: LockId): Promise<void> {
  await repo.storage.remove({ type: "locks", name: id });
}

/**
 * Removes stale locks, or with `all` every one, also those that cannot be read. Returns what was removed. With `all` the
 * caller must know that nobody works on the repository. STORAGE_APPEND_ONLY where the storage refuses to remove the first.
 */
export async function unlockRepository(repo: Repository, options: { readonly all: boolean }): Promise<HeldLock[]> {
  const removed: HeldLock[] = [];
  for (const held of await listLocks(repo)) {
    if (!options.all && !isStale(held, repo.actor.clock.nowMs())) continue;
    await removeLock(repo, held.id).catch((error: unknown) => {
      if (removed.length > 0 || !isRefusal(error)) throw error;
      throw appendOnly(repo.storage.location, error);
    });
    removed.push(held);
  }
  if (options.all) await removeEmptyLocks(repo);
  return removed;
}

async function removeEmptyLocks(repo: Repository): Promise<void> {
  for await (const { name, sizeBytes } of repo.storage.list("locks")) {
    if (sizeBytes === 0) await repo.storage.remove({ type: "locks", name });
  }
}
