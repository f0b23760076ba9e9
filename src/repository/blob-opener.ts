/** Opens sealed blobs by the thousand: decrypt, decompress, hash. One belongs to one thread. */

import { hash } from "node:crypto";
import { reasonOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { type AnyReason, type Reason, reason } from "../base/reason-codes.ts";
import { type PieceDecompressor, pieceDecompressor } from "../host/zstd.ts";
import type { MasterKey } from "./format/crypto.ts";
import { OpenStream } from "./format/open-stream.ts";

/** The plaintext, and the payload it was made of, compressed or the same; or why there is none. Both are valid until the next call. */
export type OpenedBlob =
  | { readonly plain: Uint8Array; readonly payload: Uint8Array; readonly damage?: undefined }
  | { readonly plain?: undefined; readonly damage: AnyReason };

export class BlobOpener {
  readonly #stream: OpenStream;
  readonly #decompressor: PieceDecompressor = pieceDecompressor();
  readonly #hashes: boolean;

  /** Without `hashes` a blob is proven by its authentication code alone: for who hashes it later, where it was written to. */
  constructor(key: MasterKey, { hashes = true }: { readonly hashes?: boolean } = {}) {
    this.#stream = new OpenStream(key);
    this.#hashes = hashes;
  }

  /**
   * `id`: the 32 bytes. `uncompressedLength`: as the index has it, 0 where the blob is stored uncompressed. `room`: where what is
   * decompressed may be put, if it is longer than that.
   */
  open(sealed: Uint8Array, id: Uint8Array, uncompressedLength: number, room?: Uint8Array): OpenedBlob {
    const opened = this.#stream.tryOpen(sealed);
    if (opened === undefined) return { damage: reason("codeWrong", {}) };
    const plain = uncompressedLength === 0 ? opened : this.#decompress(opened, uncompressedLength, room);
    if (!(plain instanceof Uint8Array)) return { damage: plain };
    if (!this.#hashes) return { plain, payload: opened };
    const actual = hash("sha256", plain, "buffer");
    return actual.equals(id)
      ? { plain, payload: opened }
      : { damage: reason("contentHash", { hash: actual.toString("hex", 0, 4) }) };
  }

  #decompress(bytes: Uint8Array, length: number, room: Uint8Array | undefined): Uint8Array | Reason {
    if (length > limits.maxBlobBytes) return reason("blobClaims", { bytes: length });
    try {
      const plain = this.#decompressor.decompress(bytes, length, room);
      return plain.length === length ? plain : reason("blobLength", { bytes: plain.length, expected: length });
    } catch (error) {
      return reason("notUnpacked", { message: reasonOf(error) });
    }
  }
}
