/**
 * Writes what is used of packs into new ones. Every blob is decrypted, decompressed and hashed before it is written again, in the
 * bytes it was compressed to.
 */
import { ObhutError } from "../../base/errors.ts";
import { type BlobId, shortId } from "../../base/ids.ts";
import type { BlobOpener } from "../blob-opener.ts";
import { failureReason } from "../failure-reason.ts";
import { hexIdAt } from "../format/hex.ts";
import { isDamage } from "../is-damage.ts";
import { loadBlob } from "../load-blob.ts";
import type { BlobWriter } from "../packs/blob-writer.ts";
import type { IndexedRepository } from "../repository.ts";
import type { ListedPack } from "./pack-list.ts";
import type { PlacedBlobs } from "./placed-blobs.ts";
import { readBlobs, type WantedBlob, wantedBlobs } from "./read-blobs.ts";

export interface RepackOptions {
  readonly writer: BlobWriter;
  readonly placed: PlacedBlobs;
  readonly opener: BlobOpener;
  readonly signal: AbortSignal;
}

/** PRUNE_BLOB_DAMAGED where a used blob can be had from no pack; or the storage's error. */
export async function repack(repo: IndexedRepository, pack: ListedPack, options: RepackOptions): Promise<void> {
  const { writer, placed } = options;
  // What of the pack is used and not yet anywhere where it stays; from then on it counts as being there.
  const wanted = wantedBlobs(pack, repo.index, (row) => placed.take(row));
  for await (const { blob, opened } of readBlobs(repo, pack, wanted, options)) {
    const { type, uncompressedLength } = blob;
    if (opened.damage !== undefined) await copyFromElsewhere(repo, pack, blob, options);
    else if (repo.config.version >= 2 && type === "tree" && uncompressedLength === 0) {
      await writer.addPlain(type, opened.plain);
    } else {
      const id = hexIdAt(blob.id, 0) as BlobId;
      await writer.addStored({ type, id, payload: opened.payload, uncompressedLength });
    }
  }
}

/** The pack's own copy is damaged: any other pack's, as long as they are all still there. PRUNE_BLOB_DAMAGED, or the storage's error. */
export async function copyFromElsewhere(
  repo: IndexedRepository,
  pack: ListedPack,
  { type, id }: Pick<WantedBlob, "type" | "id">,
  { writer, signal }: Pick<RepackOptions, "writer" | "signal">,
): Promise<void> {
  const blob = hexIdAt(id, 0) as BlobId;
  try {
    await writer.addPlain(type, await loadBlob(repo, type, blob, signal));
  } catch (error) {
    signal.throwIfAborted();
    // A copy that cannot be read today is not lost: what the storage says is what there is to cure.
    if (!isDamage(error)) throw error;
    const params = { blob: shortId(blob), pack: pack.id, reason: failureReason(error) };
    throw new ObhutError("PRUNE_BLOB_DAMAGED", params, { cause: error });
  }
}
