/** Which blobs of a pack are whole. Pure. */
import { hash } from "node:crypto";
import { isObhutError } from "../../base/errors.ts";
import type { BlobOpener } from "../blob-opener.ts";
import type { PackedBlob } from "../format/blob.ts";
import type { Sealer } from "../format/crypto.ts";
import { headerBlobs, openPackTail, packTailBytes } from "../format/pack.ts";
import type { DamagedPack } from "./load-damaged-pack.ts";

export interface SalvagedPack {
  /** Nothing is wrong with it: name, header and every blob are right. */
  readonly sound: boolean;
  /** Each once, proven. */
  readonly whole: readonly PackedBlob[];
  /** Listed in the index or in the header, and whole in neither place. */
  readonly lost: readonly PackedBlob[];
}

export interface SalvageOptions {
  readonly sealer: Sealer;
  readonly opener: BlobOpener;
  /** What the index says of it; empty where it is in none. */
  readonly listed: readonly PackedBlob[];
}

export function salvagePack({ id, bytes }: DamagedPack, { sealer, opener, listed }: SalvageOptions): SalvagedPack {
  const header = readHeader({ id, bytes, unread: 0 }, sealer);
  const whole = new Map<string, PackedBlob>();
  const lost = new Map<string, PackedBlob>();
  // Index and header may differ where one of them is damaged: either may be right.
  for (const blob of [...listed, ...(header ?? [])]) {
    const key = `${blob.type} ${blob.id}`;
    if (whole.has(key)) continue;
    const sealed = bytes.subarray(blob.offset, blob.offset + blob.length);
    const { damage } = opener.open(sealed, Buffer.from(blob.id, "hex"), blob.uncompressedLength);
    if (damage === undefined) whole.set(key, blob);
    else lost.set(key, blob);
  }
  for (const key of whole.keys()) lost.delete(key);
  const named = hash("sha256", bytes, "hex") === id;
  const agree = header !== undefined && (listed.length === 0 || sameBlobs(header, listed));
  return { sound: named && agree && lost.size === 0, whole: [...whole.values()], lost: [...lost.values()] };
}

function readHeader({ id, bytes }: DamagedPack, sealer: Sealer): readonly PackedBlob[] | undefined {
  try {
    const tail = bytes.subarray(bytes.length - packTailBytes(bytes, bytes.length, id));
    return [...headerBlobs(openPackTail(tail, bytes.length, sealer, id), id)];
  } catch (error) {
    if (!isObhutError(error, "OBJECT_DAMAGED")) throw error;
    return undefined;
  }
}

function sameBlobs(a: readonly PackedBlob[], b: readonly PackedBlob[]): boolean {
  const text = (blobs: readonly PackedBlob[]): string =>
    blobs
      .map((blob) => [blob.offset, blob.length, blob.uncompressedLength, blob.type, blob.id].join(" "))
      .sort()
      .join("\n");
  return text(a) === text(b);
}
