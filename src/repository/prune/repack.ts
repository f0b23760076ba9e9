/**
 * Writes what is used of packs into new ones. Every blob is decrypted, decompressed and hashed before it is written again, in the
 * bytes it was compressed to.
 */
import { ObhutError } from "../../base/errors.ts";
import { type BlobId, shortId } from "../../base/ids.ts";
import { KiB } from "../../base/limits.ts";
import type { BlobOpener } from "../blob-opener.ts";
import { failureReason } from "../failure-reason.ts";
import type { BlobType } from "../format/blob.ts";
import { hexIdAt } from "../format/hex.ts";
import { loadBlob } from "../load-blob.ts";
import { packFile } from "../pack-file.ts";
import type { BlobWriter } from "../packs/blob-writer.ts";
import type { IndexedRepository } from "../repository.ts";
import { idAt, type ListedPack, typeAt } from "./pack-list.ts";
import { forEachEntry } from "./pack-use.ts";
import type { PlacedBlobs } from "./placed-blobs.ts";

/** What lies between two blobs is read with them where it is less than this. */
const gapBytes = 256 * KiB;

export interface RepackOptions {
  readonly writer: BlobWriter;
  readonly placed: PlacedBlobs;
  readonly opener: BlobOpener;
  readonly signal: AbortSignal;
}

interface Wanted {
  readonly id: Uint8Array;
  readonly type: BlobType;
  readonly offset: number;
  readonly length: number;
  readonly uncompressedLength: number;
}

/** PRUNE_BLOB_DAMAGED where a used blob can be had from no pack; or the storage's error. */
export async function repack(repo: IndexedRepository, pack: ListedPack, options: RepackOptions): Promise<void> {
  for (const run of runsOf(wantedOf(repo, pack, options.placed))) {
    options.signal.throwIfAborted();
    await copyRun(repo, { pack, run }, options);
  }
}

/** What of the pack is used and not yet anywhere where it stays; from then on it counts as being there. */
function wantedOf(repo: IndexedRepository, pack: ListedPack, placed: PlacedBlobs): Wanted[] {
  const wanted: Wanted[] = [];
  forEachEntry(
    pack,
    (columns, at, row) => {
      if (!placed.take(row)) return;
      const place = { offset: columns.offsets[at] ?? 0, length: columns.lengths[at] ?? 0 };
      const uncompressedLength = columns.uncompressedLengths[at] ?? 0;
      wanted.push({ id: idAt(columns, at), type: typeAt(columns, at), ...place, uncompressedLength });
    },
    repo.index,
  );
  return wanted.sort((a, b) => a.offset - b.offset);
}

/** Blobs that are read with one request. */
function runsOf(wanted: readonly Wanted[]): Wanted[][] {
  const runs: Wanted[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const blob of wanted) {
    if (blob.offset - end <= gapBytes) runs.at(-1)?.push(blob);
    else runs.push([blob]);
    end = blob.offset + blob.length;
  }
  return runs;
}

interface Run {
  readonly pack: ListedPack;
  readonly run: readonly Wanted[];
}

async function copyRun(repo: IndexedRepository, { pack, run }: Run, options: RepackOptions): Promise<void> {
  const offset = run[0]?.offset ?? 0;
  const last = run.at(-1);
  const length = (last?.offset ?? 0) + (last?.length ?? 0) - offset;
  const bytes = await repo.storage.load(packFile(pack.id, run[0]?.type ?? "data"), { offset, length }, options.signal);
  for (const blob of run) {
    const start = blob.offset - offset;
    const opened = options.opener.open(bytes.subarray(start, start + blob.length), blob.id, blob.uncompressedLength);
    if (opened.damage !== undefined) await copyFromElsewhere(repo, pack, blob, options);
    else if (repo.config.version >= 2 && blob.type === "tree" && blob.uncompressedLength === 0) {
      await options.writer.addPlain("tree", opened.plain);
    } else {
      const { type, uncompressedLength } = blob;
      await options.writer.addStored({
        type,
        id: hexIdAt(blob.id, 0) as BlobId,
        payload: opened.payload,
        uncompressedLength,
      });
    }
  }
}

/** The pack's own copy is damaged: any other pack's, as long as they are all still there. */
async function copyFromElsewhere(
  repo: IndexedRepository,
  pack: ListedPack,
  { type, id }: Wanted,
  { writer, signal }: RepackOptions,
): Promise<void> {
  const blob = hexIdAt(id, 0) as BlobId;
  try {
    await writer.addPlain(type, await loadBlob(repo, type, blob, signal));
  } catch (error) {
    signal.throwIfAborted();
    const params = { blob: shortId(blob), pack: pack.id, reason: failureReason(error) };
    throw new ObhutError("PRUNE_BLOB_DAMAGED", params, { cause: error });
  }
}
