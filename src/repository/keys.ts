/**
 * The keys of a repository: each is a file that lets one password open the same master key. Source: restic's doc/design.rst, "Keys,
 * Encryption and MAC".
 */
import { isObhutError, ObhutError } from "../base/errors.ts";
import { type Finding, finding } from "../base/finding-codes.ts";
import { type KeyId, parseId, shortId } from "../base/ids.ts";
import { failureReason } from "./failure-reason.ts";
import { masterKeyBytes } from "./format/crypto.ts";
import { idOfBytes } from "./format/id-of-bytes.ts";
import {
  decodeKeyFile,
  defaultKdfParams,
  encodeKeyFile,
  type KdfParams,
  lockKeyFile,
  unlockKeyFile,
} from "./format/key-file.ts";
import { nsOfTimeText, type TimeText, timeText, timeTextOfMs } from "./format/time-text.ts";
import type { Repository } from "./repository.ts";
import { loadVerified, objectName } from "./verified-file.ts";

export interface StoredKey {
  readonly id: KeyId;
  /** The one that this call's password opened. */
  readonly isCurrent: boolean;
  readonly username: string;
  readonly hostname: string;
  /** Undefined where the file does not say. */
  readonly created: TimeText | undefined;
}

export interface StoredKeys {
  /** The oldest first. */
  readonly keys: readonly StoredKey[];
  /** One for each file that is no key any more. */
  readonly findings: readonly Finding[];
}

/** All keys. One that is removed meanwhile is left out. */
export async function listKeys(repo: Repository, signal?: AbortSignal): Promise<StoredKeys> {
  const keys: StoredKey[] = [];
  const findings: Finding[] = [];
  for (const id of await keyIds(repo, signal)) {
    try {
      const file = decodeKeyFile(await loadVerified(repo, "keys", id, signal), objectName("keys", id));
      const { username, hostname, created } = file;
      keys.push({ id, isCurrent: id === repo.keyId, username, hostname, created: timeText(created) });
    } catch (error) {
      if (isObhutError(error, "STORAGE_FILE_MISSING")) continue;
      if (!isObhutError(error, "OBJECT_DAMAGED")) throw error;
      findings.push(finding("KEY_DAMAGED", { key: shortId(id), reason: failureReason(error) }));
    }
  }
  return { keys: keys.sort((a, b) => madeNs(a) - madeNs(b)), findings };
}

function madeNs({ created }: StoredKey): number {
  return created === undefined ? 0 : Number(nsOfTimeText(created));
}

async function keyIds(repo: Repository, signal?: AbortSignal): Promise<KeyId[]> {
  const ids: KeyId[] = [];
  for await (const { name } of repo.storage.list("keys", signal)) {
    const id = parseId<KeyId>(name);
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

export interface NewKeyOptions {
  readonly password: string;
  /** Names of who will use it; default: those of the actor. */
  readonly username?: string | undefined;
  readonly hostname?: string | undefined;
  readonly kdf?: KdfParams;
  readonly signal?: AbortSignal;
}

/** Lets one more password open the repository. What was stored is read back and opened before it counts: KEY_NOT_PROVEN. */
export async function addKey(repo: Repository, options: NewKeyOptions): Promise<KeyId> {
  const { actor, masterKey: master, storage } = repo;
  const owner = {
    created: timeTextOfMs(actor.clock.nowMs()),
    username: options.username ?? actor.username,
    hostname: options.hostname ?? actor.hostname,
  };
  const { password, kdf: params = defaultKdfParams, signal } = options;
  const file = encodeKeyFile(await lockKeyFile({ master, password, owner, params, random: actor.random }));
  const id = idOfBytes<KeyId>(file);
  signal?.throwIfAborted();
  await storage.save({ type: "keys", name: id }, file, signal);
  await proveKey(repo, id, password);
  return id;
}

async function proveKey(repo: Repository, id: KeyId, password: string): Promise<void> {
  const what = objectName("keys", id);
  const master = await unlockKeyFile(decodeKeyFile(await loadVerified(repo, "keys", id), what), password, what);
  if (master !== undefined && masterKeyBytes(master).equals(masterKeyBytes(repo.masterKey))) return;
  throw new ObhutError("KEY_NOT_PROVEN", { location: repo.storage.location, key: shortId(id) });
}

/** The key whose id begins so. KEY_NOT_FOUND, KEY_AMBIGUOUS. */
export async function findKey(repo: Repository, prefix: string, signal?: AbortSignal): Promise<KeyId> {
  const digits = prefix.toLowerCase();
  const ids = /^[0-9a-f]{1,64}$/.test(digits) ? (await keyIds(repo, signal)).filter((id) => id.startsWith(digits)) : [];
  const [first, second] = ids;
  if (first === undefined) throw new ObhutError("KEY_NOT_FOUND", { key: prefix });
  if (second === undefined) return first;
  throw new ObhutError("KEY_AMBIGUOUS", { key: prefix, matches: ids.map(shortId).join(", ") });
}

/** KEY_IN_USE for the one that opened the repository: so at least one that is known to work always stays. */
export async function removeKey(repo: Repository, id: KeyId): Promise<void> {
  if (id === repo.keyId) throw new ObhutError("KEY_IN_USE", { key: shortId(id) });
  await repo.storage.remove({ type: "keys", name: id });
}

/**
 * Puts a new password in the place of the one that opened the repository; the new key's id. The old key goes last, and only when the
 * new one has opened: a crash leaves both, or the old one.
 */
export async function changePassword(repo: Repository, options: NewKeyOptions): Promise<KeyId> {
  const id = await addKey(repo, options);
  options.signal?.throwIfAborted();
  await removeKey({ ...repo, keyId: id }, repo.keyId);
  return id;
}
