/** Small documents, such as snapshots, decompressed by the thousand; and what a frame says of its content. */
import { createZstdDecompress } from "node:zlib";
import { KiB } from "../base/limits.ts";
import { decompressesWhole, type Handle, openHandle } from "./zstd-handle.ts";

/** A frame that says so itself has no more content than this. */
const smallContentBytes = 64 * KiB;
/** Made when it is first needed; null where there is none. */
let smallStream: { readonly handle: Handle; readonly out: Buffer } | null | undefined;

/**
 * The content of one small frame that names its size, from a stream that is kept: a new one takes ten times as long, and
 * there may be thousands of snapshots. Undefined where it is anything else, or anything is wrong.
 */
export function smallContent(frame: Uint8Array, maxBytes: number): Buffer | undefined {
  const size = contentBytes(frame);
  if (size === undefined || size > Math.min(maxBytes, smallContentBytes)) return undefined;
  if (smallStream === undefined) {
    const handle = openHandle(() => createZstdDecompress());
    const works = handle !== undefined && decompressesWhole(handle);
    smallStream = works ? { handle, out: Buffer.allocUnsafeSlow(smallContentBytes + 1) } : null;
  }
  if (smallStream === null) return undefined;
  try {
    const { taken, made } = smallStream.handle.run(frame, smallStream.out.subarray(0, size + 1));
    return taken === frame.length && made === size ? Buffer.from(smallStream.out.subarray(0, size)) : undefined;
  } catch {
    return undefined;
  }
}

/** What a frame's header says of its content's size; undefined where it does not tell. Source: RFC 8878, section 3.1.1.1. */
export function contentBytes(frame: Uint8Array): number | undefined {
  if (frame.length < 10) return undefined;
  const header = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (header.getUint32(0, true) !== 0xfd2f_b528) return undefined;
  const descriptor = header.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingleSegment ? 0 : 1);
  // a dictionary is not ours
  if ((descriptor & 0x03) !== 0) return undefined;
  switch (descriptor >> 6) {
    case 0:
      return isSingleSegment ? header.getUint8(at) : undefined;
    case 1:
      return header.getUint16(at, true) + 256;
    case 2:
      return frame.length < at + 4 ? undefined : header.getUint32(at, true);
    default:
      return undefined;
  }
}
