/** Proves blobs of a stretch of a pack, and brings each into the form in which it is to be stored. Runs in a thread. */
import type { AnyReason } from "../../base/reason-codes.ts";
import { compressedRoom, type PieceCompressor, zstdCompress } from "../../host/zstd.ts";
import type { BlobOpener } from "../blob-opener.ts";
import { idBytes } from "../format/hex.ts";
import type { OpenBlobsResult, OpenBlobsTask, PayloadForm } from "./open-blobs-task.ts";

export interface OpenBlobsTools {
  readonly opener: BlobOpener;
  readonly compressor: PieceCompressor;
  readonly form: PayloadForm;
  /** Memory for what is compressed, grown when it has to be. */
  frame: Buffer;
}

export function openBlobs(task: OpenBlobsTask, tools: OpenBlobsTools): OpenBlobsResult {
  const count = task.offsets.length;
  const [payloadBytes, uncompressedLengths] = [new Uint32Array(count), new Uint32Array(count)];
  const elsewhere = new Map<number, Uint8Array>();
  const damages = new Map<number, AnyReason>();
  for (const [row, offset] of task.offsets.entries()) {
    const room = task.bytes.subarray(offset, offset + (task.lengths[row] ?? 0));
    const id = task.ids.subarray(row * idBytes, (row + 1) * idBytes);
    const stored = task.uncompressedLengths[row] ?? 0;
    const opened = tools.opener.open(room, id, stored);
    if (opened.damage !== undefined) {
      damages.set(row, opened.damage);
      continue;
    }
    const { payload, uncompressedLength } = payloadOf(opened, { stored, isTree: task.types[row] === 1 }, tools);
    payloadBytes[row] = payload.length;
    uncompressedLengths[row] = uncompressedLength;
    if (payload.length <= room.length) room.set(payload);
    else elsewhere.set(row, Uint8Array.from(payload));
  }
  return { payloadBytes, uncompressedLengths, elsewhere, damages };
}

interface Payload {
  readonly payload: Uint8Array;
  readonly uncompressedLength: number;
}

function payloadOf(
  { plain, payload }: { readonly plain: Uint8Array; readonly payload: Uint8Array },
  { stored, isTree }: { readonly stored: number; readonly isTree: boolean },
  tools: OpenBlobsTools,
): Payload {
  const { form } = tools;
  if (form === "plain") return { payload: plain, uncompressedLength: 0 };
  if (stored > 0) return { payload, uncompressedLength: stored };
  if (isTree) return { payload: zstdCompress(plain), uncompressedLength: plain.length };
  return form === "compressed" ? compressed(plain, tools) : { payload: plain, uncompressedLength: 0 };
}

/** As it is where compressing spares less than a 64th: then it opens faster. */
function compressed(plain: Uint8Array, tools: OpenBlobsTools): Payload {
  const room = compressedRoom(plain.length);
  if (tools.frame.length < room) tools.frame = Buffer.allocUnsafeSlow(room);
  const bytes = tools.compressor.compress(plain, tools.frame);
  if (bytes > plain.length - (plain.length >> 6)) return { payload: plain, uncompressedLength: 0 };
  return { payload: tools.frame.subarray(0, bytes), uncompressedLength: plain.length };
}
