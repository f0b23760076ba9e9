/** Opens a repository with a password. Nothing is written. */

import { isObhutError, ObhutError } from "../base/errors.ts";
import { type KeyId, parseId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { reason } from "../base/reason-codes.ts";
import type { Storage } from "../storage/storage.ts";
import { type Config, decodeConfig } from "./format/config-file.ts";
import { type MasterKey, Sealer } from "./format/crypto.ts";
import { damaged } from "./format/damaged.ts";
import { decodeKeyFile, unlockKeyFile } from "./format/key-file.ts";
import type { Actor, Repository } from "./repository.ts";
import { loadVerified, objectName } from "./verified-file.ts";

/**
 * Errors: REPOSITORY_MISSING, PASSWORD_WRONG (no key opens), REPOSITORY_VERSION, OBJECT_DAMAGED (the config, or every key that might
 * have opened).
 */
export async function openRepository(
  storage: Storage,
  password: string,
  actor: Actor,
  onDeriving?: OnDeriving,
): Promise<Repository> {
  const sealedConfig = await loadConfig(storage);
  let opened = false;
  for await (const { id, master } of openKeys(storage, password, onDeriving)) {
    opened = true;
    const sealer = new Sealer(master);
    // A key that an init left which lost the race for the config opens, but not this config.
    const plain = sealer.tryOpen(sealedConfig);
    if (plain === undefined) continue;
    const config = decodeConfig(plain, "config");
    refuseUnknownVersion(storage, config);
    return { storage, config, keyId: id, masterKey: master, sealer, actor };
  }
  if (opened) throw damaged("config", reason("otherKey", {}));
  throw new ObhutError("PASSWORD_WRONG", { location: storage.location });
}

async function loadConfig(storage: Storage): Promise<Uint8Array> {
  try {
    return await storage.load({ type: "config", name: "" });
  } catch (error) {
    if (!isObhutError(error, "STORAGE_FILE_MISSING")) throw error;
    throw new ObhutError("REPOSITORY_MISSING", { location: storage.location }, { cause: error });
  }
}

function refuseUnknownVersion(storage: Storage, { version }: Config): void {
  if (version === 1 || version === 2) return;
  throw new ObhutError("REPOSITORY_VERSION", { location: storage.location, version });
}

/**
 * Called when the derivation of a key has begun, which takes a fifth of a second and another thread: what is to be loaded meanwhile is
 * begun here, since before it would put the derivation off.
 */
export type OnDeriving = () => void;

export interface OpenedKey {
  readonly id: KeyId;
  readonly master: MasterKey;
}

/**
 * The keys that `password` opens, each tried once, `limits.maxKeysTried` at most. A damaged one is passed over while others are
 * left; where none opens, its OBJECT_DAMAGED says why.
 */
export async function* openKeys(storage: Storage, password: string, onDeriving?: OnDeriving): AsyncIterable<OpenedKey> {
  let failed: unknown;
  let tried = 0;
  let opened = 0;
  for await (const { name } of storage.list("keys")) {
    const id = parseId<KeyId>(name);
    if (id === undefined) continue;
    if (++tried > limits.maxKeysTried) break;
    try {
      const what = objectName("keys", id);
      const file = decodeKeyFile(await loadVerified({ storage }, "keys", id), what);
      const unlocking = unlockKeyFile(file, password, what);
      onDeriving?.();
      const master = await unlocking;
      if (master === undefined) continue;
      opened++;
      yield { id, master };
    } catch (error) {
      if (!isObhutError(error, "OBJECT_DAMAGED") && !isObhutError(error, "STORAGE_FILE_MISSING")) throw error;
      failed = error;
    }
  }
  if (opened === 0 && failed !== undefined) throw failed;
}
