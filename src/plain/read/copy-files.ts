/** The bytes of a copy's files, wherever they lie: as files, or in an archive that is read once from its begin to its end. */

import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { type BytePath, bytePath } from "../../base/byte-path.ts";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { reasonOf } from "../../base/errors.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import type { CopiedEntry } from "../copy/copied-entry.ts";
import type { PlainPlace } from "../place/place.ts";
import type { FoundCopy } from "./find-copies.ts";
import { readPlaced } from "./placed-file.ts";
import { tarFiles } from "./tar-entries.ts";

export interface ReadCopyOptions {
  readonly place: PlainPlace;
  readonly copy: FoundCopy;
  /** Files only. */
  readonly entries: readonly CopiedEntry[];
  readonly signal: AbortSignal;
  /** Takes one file; several at once. What it throws ends everything. */
  readonly take: (entry: CopiedEntry, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  /** For a file that could not be read, or not to its end. */
  readonly lost: (entry: CopiedEntry, reason: AnyReason) => void;
}

/** Every entry is either taken or told as lost. */
export async function readCopyFiles(options: ReadCopyOptions): Promise<void> {
  const { place, copy, entries, signal } = options;
  const alone = entries.filter(({ archive }) => archive === undefined);
  await eachConcurrently(alone.length, place.connections, async (index) => {
    const entry = alone[index];
    if (entry === undefined) return;
    signal.throwIfAborted();
    await takeOne(options, entry, readPlaced(place, copy, entry.place ?? ("" as BytePath), signal));
  });
  for (const archive of new Set(entries.flatMap((entry) => entry.archive ?? []))) {
    await readArchive(
      options,
      archive,
      entries.filter((entry) => entry.archive === archive),
    );
  }
}

/** The reading's failure is the file's; what is done with the bytes fails for itself. */
async function takeOne(options: ReadCopyOptions, entry: CopiedEntry, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  let failed: { readonly error: unknown } | undefined;
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (error) {
      failed = { error };
      throw error;
    }
  };
  try {
    await options.take(entry, watched());
  } catch (error) {
    options.signal.throwIfAborted();
    if (failed === undefined || failed.error !== error) throw error;
    options.lost(entry, reasonOf(error));
  }
}

async function readArchive(options: ReadCopyOptions, name: string, entries: readonly CopiedEntry[]): Promise<void> {
  const { place, copy, signal, lost } = options;
  const waiting = new Map(entries.map((entry) => [entry.place, entry]));
  const packed = Readable.from(readPlaced(place, copy, bytePath(name), signal));
  const unpacker = name.endsWith(".gz") ? createGunzip() : createZstdDecompress();
  packed.once("error", (error) => unpacker.destroy(error));
  let why: AnyReason = reason("notInArchive", {});
  let failed: { readonly error: unknown } | undefined;
  try {
    for await (const { path, bytes } of tarFiles(packed.pipe(unpacker))) {
      const entry = waiting.get(path);
      if (entry === undefined) continue;
      waiting.delete(path);
      await takeOne(options, entry, bytes).catch((error: unknown) => {
        failed = { error };
        throw error;
      });
    }
  } catch (error) {
    signal.throwIfAborted();
    if (failed !== undefined) throw failed.error;
    why = reasonOf(error);
  } finally {
    packed.destroy();
    unpacker.destroy();
  }
  for (const entry of waiting.values()) lost(entry, why);
}
