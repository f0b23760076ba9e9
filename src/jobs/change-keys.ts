/** Who may open a repository: shows its keys, adds one, changes a password, takes one away. Locks as restic takes them. */
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import type { KeyId } from "../base/ids.ts";
import type { Destination } from "../plans/destination.ts";
import { addKey, changePassword, findKey, listKeys, removeKey, type StoredKey } from "../repository/keys.ts";
import { holdLock, readWhileTaking } from "./hold-lock.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface ListedKeys {
  readonly location: string;
  readonly keys: readonly StoredKey[];
  readonly incomplete: boolean;
}

export async function listRepositoryKeys(repository: Destination, parts: Parts, watch: JobWatch): Promise<ListedKeys> {
  const found: Finding[] = [];
  const emit = noting(found, watch.emit);
  await using opened = await openDestination(repository, parts);
  await using lock = await lockForReading(opened.repository, { ...watch, emit });
  const { keys, findings } = await readWhileTaking(lock, () => listKeys(opened.repository, lock.signal));
  await lock.taken;
  for (const one of findings) emit({ type: "finding", finding: one });
  return { location: opened.repository.storage.location, keys, incomplete: found.some(isIncomplete) };
}

export interface NewPasswordOptions {
  readonly repository: Destination;
  readonly newPassword: Parts["password"];
  readonly username: string | undefined;
  readonly hostname: string | undefined;
}

export interface ChangedKeys {
  readonly location: string;
  readonly key: KeyId;
}

export async function addRepositoryKey(
  options: NewPasswordOptions,
  parts: Parts,
  watch: JobWatch,
): Promise<ChangedKeys> {
  await using opened = await openDestination(options.repository, parts);
  const { repository } = opened;
  const { location } = repository.storage;
  const { username, hostname } = options;
  // Asked for before the lock is taken: a person may think for a while.
  const password = (await options.newPassword(location, "create")).reveal();
  await using lock = await holdLock(repository, "shared", watch);
  return { location, key: await addKey(repository, { password, username, hostname, signal: lock.signal }) };
}

export async function changeRepositoryPassword(
  options: NewPasswordOptions,
  parts: Parts,
  watch: JobWatch,
): Promise<ChangedKeys & { readonly removed: KeyId }> {
  await using opened = await openDestination(options.repository, parts);
  const { repository } = opened;
  const { location } = repository.storage;
  const { username, hostname } = options;
  const password = (await options.newPassword(location, "create")).reveal();
  await using lock = await holdLock(repository, "exclusive", watch);
  const key = await changePassword(repository, { password, username, hostname, signal: lock.signal });
  return { location, key, removed: repository.keyId };
}

/** `key`: the first digits of its id. KEY_NOT_FOUND, KEY_AMBIGUOUS, KEY_IN_USE. */
export async function removeRepositoryKey(
  { repository: destination, key }: { readonly repository: Destination; readonly key: string },
  parts: Parts,
  watch: JobWatch,
): Promise<ChangedKeys> {
  await using opened = await openDestination(destination, parts);
  const { repository } = opened;
  await using lock = await holdLock(repository, "exclusive", watch);
  const id = await findKey(repository, key, lock.signal);
  await removeKey(repository, id);
  return { location: repository.storage.location, key: id };
}
