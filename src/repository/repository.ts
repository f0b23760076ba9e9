/**
 * An opened repository. What may be done with it is in its type: what needs to find blobs takes an `IndexedRepository`,
 * which only `loadIndex` makes.
 */
import type { Clock } from "../base/clock.ts";
import type { KeyId } from "../base/ids.ts";
import type { Storage } from "../storage/storage.ts";
import type { BlobIndex } from "./blob-index.ts";
import type { Config } from "./format/config-file.ts";
import type { MasterKey, Random, Sealer } from "./format/crypto.ts";

/** Who works on a repository: what its keys and locks will name, and the time and randomness they are made with. */
export interface Actor {
  readonly clock: Clock;
  readonly random: Random;
  readonly hostname: string;
  readonly username: string;
  /** Written into locks as restic does. Nothing is ever concluded from it: in another container it is another process. */
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /** How long it waits for a lock that others stand against, ms; absent: not at all. */
  readonly retryLockMs?: number;
}

export interface Repository {
  readonly storage: Storage;
  readonly config: Config;
  /** The key that the password opened. */
  readonly keyId: KeyId;
  readonly masterKey: MasterKey;
  /** For this thread only. */
  readonly sealer: Sealer;
  readonly actor: Actor;
  /** Keeps on this machine what was made of index files (joined-index.ts). Absent: they are read each time. */
  readonly joinedIndex?: KeptBytes;
}

/** One document that may be kept, or not: who has it back proves it. Neither call rejects. */
export interface KeptBytes {
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
}

export interface IndexedRepository extends Repository {
  readonly index: BlobIndex;
}
