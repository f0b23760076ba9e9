/** The spool of one backup: where packs wait for places that are slower than the source is read. */

import { finding } from "../base/finding-codes.ts";
import { limits } from "../base/limits.ts";
import { makeFolders } from "../host/make-folders.ts";
import type { Destination } from "../plans/destination.ts";
import type { Storage } from "../storage/storage.ts";
import type { SpoolRoom } from "../storage/wrap/spool-room.ts";
import type { JobWatch } from "./job-event.ts";
import type { Parts } from "./parts.ts";
import { scratchParent } from "./scratch-folder.ts";

export interface SpoolChoice {
  /** Absolute path; undefined: where scratch copies go. */
  readonly folder: string | undefined;
  /** 0: no spool. */
  readonly maxBytes: number;
}

export interface Spool extends AsyncDisposable {
  readonly room: SpoolRoom;
  /** The storage with the spool before it, where it is distant; closing that closes both. */
  before(storage: Storage, destination: Destination): Promise<Storage>;
}

export interface OpenSpoolOptions {
  readonly spool: SpoolChoice;
  readonly dataDirectory: string;
  readonly destinations: readonly Destination[];
}

/** Undefined where no destination is distant, or none is wanted. Error: SCRATCH_FAILED. */
export async function openSpool(
  { spool: { folder, maxBytes }, dataDirectory, destinations }: OpenSpoolOptions,
  parts: Parts,
  { emit }: Pick<JobWatch, "emit">,
): Promise<Spool | undefined> {
  const { spoolStorage, isDistant } = parts.distance ?? {};
  if (spoolStorage === undefined || isDistant === undefined || maxBytes === 0) return undefined;
  const distant = (await Promise.all(destinations.map(isDistant))).filter(Boolean).length;
  if (distant === 0) return undefined;
  // Loaded only where there is something to wait for: most backups go to a disk of this machine.
  const [{ Scratch }, { SpoolRoom }] = await Promise.all([
    import("../host/scratch.ts"),
    import("../storage/wrap/spool-room.ts"),
  ]);
  if (folder !== undefined) await makeFolders(folder, 0o700).catch(() => undefined);
  const parent = folder ?? scratchParent(parts.env, dataDirectory);
  const scratch = await Scratch.open({ parent, clock: parts.clock });
  const onDiskFull = (free: number): void =>
    emit({ type: "finding", finding: finding("SPOOL_DISK_FULL", { folder: parent, free }) });
  const room = new SpoolRoom({ folder: scratch.folder, maxBytes, onDiskFull });
  const uploads = Math.max(1, Math.min(limits.spoolUploadsEach, Math.floor(limits.spoolUploads / distant)));
  return {
    room,
    before: async (storage, destination) =>
      (await isDistant(destination)) ? await spoolStorage(storage, { room, uploads }) : storage,
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
