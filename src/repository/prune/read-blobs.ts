/** Chosen blobs of a pack, each decrypted, decompressed and hashed. */
import { KiB } from "../../base/limits.ts";
import type { BlobIndex } from "../blob-index.ts";
import type { BlobOpener, OpenedBlob } from "../blob-opener.ts";
import type { BlobType } from "../format/blob.ts";
import { packFile } from "../pack-file.ts";
import type { Repository } from "../repository.ts";
import { idAt, type ListedPack, typeAt } from "./pack-list.ts";
import { forEachEntry } from "./pack-use.ts";

/** What lies between two blobs is read with them where it is less than this. */
const gapBytes = 256 * KiB;

export interface WantedBlob {
  /** Its number in the index. */
  readonly row: number;
  /** 32 bytes. */
  readonly id: Uint8Array;
  readonly type: BlobType;
  readonly offset: number;
  readonly length: number;
  readonly uncompressedLength: number;
}

/** Those of the pack whose row `wants` takes, asked once for each entry; in the order in which they lie. */
export function wantedBlobs(pack: ListedPack, index: BlobIndex, wants: (row: number) => boolean): WantedBlob[] {
  const wanted: WantedBlob[] = [];
  forEachEntry(
    pack,
    (columns, at, row) => {
      if (!wants(row)) return;
      const place = { offset: columns.offsets[at] ?? 0, length: columns.lengths[at] ?? 0 };
      const uncompressedLength = columns.uncompressedLengths[at] ?? 0;
      wanted.push({ row, id: idAt(columns, at), type: typeAt(columns, at), ...place, uncompressedLength });
    },
    index,
  );
  return wanted.sort((a, b) => a.offset - b.offset);
}

export interface ReadBlobsOptions {
  readonly opener: BlobOpener;
  readonly signal: AbortSignal;
}

/** Each blob with its plaintext, valid until the next one is asked for, or with what is wrong. Memory: at most a pack. */
export async function* readBlobs(
  repo: Repository,
  pack: ListedPack,
  wanted: readonly WantedBlob[],
  { opener, signal }: ReadBlobsOptions,
): AsyncGenerator<{ readonly blob: WantedBlob; readonly opened: OpenedBlob }> {
  for (const run of runsOf(wanted)) {
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) continue;
    const range = { offset: first.offset, length: last.offset + last.length - first.offset };
    const bytes = await repo.storage.load(packFile(pack.id, first.type), range, signal);
    for (const blob of run) {
      const start = blob.offset - range.offset;
      const sealed = bytes.subarray(start, start + blob.length);
      yield { blob, opened: opener.open(sealed, blob.id, blob.uncompressedLength) };
    }
  }
}

/** Blobs that are read with one request. */
function runsOf(wanted: readonly WantedBlob[]): WantedBlob[][] {
  const runs: WantedBlob[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const blob of wanted) {
    if (blob.offset - end <= gapBytes) runs.at(-1)?.push(blob);
    else runs.push([blob]);
    end = blob.offset + blob.length;
  }
  return runs;
}
