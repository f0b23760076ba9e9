/** Makes a repository: first a key, then the config that makes it one. A crash in between leaves something init can take up. */
import { isObhutError, ObhutError } from "../base/errors.ts";
import type { KeyId } from "../base/ids.ts";
import type { Storage } from "../storage/storage.ts";
import { encodeConfig, newConfig } from "./format/config-file.ts";
import { type MasterKey, newMasterKey, nonceBytes, Sealer } from "./format/crypto.ts";
import { idOfBytes } from "./format/id-of-bytes.ts";
import { defaultKdfParams, encodeKeyFile, type KdfParams, lockKeyFile } from "./format/key-file.ts";
import { timeTextOfMs } from "./format/time-text.ts";
import { openKeys, openRepository } from "./open-repository.ts";
import type { Actor, Repository } from "./repository.ts";

export interface InitOptions {
  readonly password: string;
  readonly actor: Actor;
  /** Format version; 2 compresses and is what restic makes. */
  readonly version?: 1 | 2;
  /** Another repository's polynomial, so that restic cuts alike in both. */
  readonly chunkerPolynomial?: string;
  readonly kdf?: KdfParams;
}

/**
 * A new repository, opened. REPOSITORY_EXISTS where there is one, or where files of one lie that lost its config: nothing is
 * ever made on top of those.
 */
export async function initRepository(storage: Storage, options: InitOptions): Promise<Repository> {
  const exists = new ObhutError("REPOSITORY_EXISTS", { location: storage.location });
  if ((await storage.sizeOf({ type: "config", name: "" })) !== undefined) throw exists;
  for (const type of ["snapshots", "index", "data"] as const) {
    for await (const _ of storage.list(type)) throw exists;
  }
  await storage.create();
  const made = await keyFor(storage, options);
  try {
    await saveConfig(storage, made.master, options);
  } catch (error) {
    // After any other error the config may be there, its answer lost: without its key nobody could open it. And if not, the next init
    // takes up the key.
    if (!isObhutError(error, "STORAGE_FILE_EXISTS")) throw error;
    // The other one that initialises here was faster: its config belongs to its key, so ours must not stay. Where a storage
    // keeps it nevertheless, opening passes over it.
    if (made.isNew) await storage.remove({ type: "keys", name: made.id }).catch(() => undefined);
    throw exists;
  }
  return await openRepository(storage, options.password, options.actor);
}

/** The key that an init which died left behind, if this password opens it; else a new one. */
async function keyFor(
  storage: Storage,
  { password, actor, kdf = defaultKdfParams }: InitOptions,
): Promise<{ readonly id: KeyId; readonly master: MasterKey; readonly isNew: boolean }> {
  for await (const { id, master } of openKeys(storage, password)) return { id, master, isNew: false };
  const master = newMasterKey(actor.random);
  const owner = {
    created: timeTextOfMs(actor.clock.nowMs()),
    username: actor.username,
    hostname: actor.hostname,
  };
  const file = encodeKeyFile(await lockKeyFile({ master, password, owner, params: kdf, random: actor.random }));
  const id = idOfBytes<KeyId>(file);
  await storage.save({ type: "keys", name: id }, file);
  return { id, master, isNew: true };
}

async function saveConfig(storage: Storage, master: MasterKey, options: InitOptions): Promise<void> {
  const { random } = options.actor;
  const config = encodeConfig(newConfig(random, options.version, options.chunkerPolynomial));
  await storage.save({ type: "config", name: "" }, new Sealer(master).seal(config, random(nonceBytes)));
}
