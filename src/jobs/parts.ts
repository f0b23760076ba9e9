/** What jobs are given of the world; compose.ts picks the concrete ones, a test gives its own. */
import type { Clock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import type { PlainPlace } from "../plain/place/place.ts";
import type { Destination, PlainDestination } from "../plans/destination.ts";
import type { Actor, KeptBytes } from "../repository/repository.ts";
import type { Storage } from "../storage/storage.ts";
import type { SpoolOptions } from "../storage/wrap/spool.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface OpenedStorage {
  readonly destination: Destination;
  readonly repositoryId: string;
}

export interface Parts {
  readonly clock: Clock;
  readonly env: Environment;
  /** The folder that relative paths start from. */
  readonly folder: string;
  /** Who writes keys and locks. */
  readonly actor: Actor;
  openStorage(destination: Destination): Promise<Storage>;
  /** Absent: nobody can ask for plain copies. */
  readonly openPlace?: (destination: PlainDestination) => Promise<PlainPlace>;
  /** The storage with a cache before it where one is worth having; closing that closes both. Absent: without. */
  readonly cacheStorage?: (storage: Storage, opened: OpenedStorage) => Promise<Storage>;
  /** Where what was made of a repository's index files is kept. Absent: nowhere. */
  readonly keepIndex?: (repositoryId: string) => Promise<KeptBytes | undefined>;
  /** Of places that are slower than a disk of this machine. Absent: all are taken as near. */
  readonly distance?: {
    isDistant(destination: Destination): Promise<boolean>;
    /** The storage with a spool before it; closing that closes both. */
    spoolStorage(storage: Storage, options: SpoolOptions): Promise<Storage>;
  };
  /** The password for a repository; the same for all repositories of one call. */
  readonly password: (location: string, purpose: "open" | "create") => Promise<Secret>;
}
