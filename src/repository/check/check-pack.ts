/** Proves one pack: its name, its header, each blob. Pure; runs in a checking thread. */

import { hash } from "node:crypto";
import { isObhutError } from "../../base/errors.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import type { BlobOpener } from "../blob-opener.ts";
import { failureReason } from "../failure-reason.ts";
import type { PackedBlob } from "../format/blob.ts";
import type { Sealer } from "../format/crypto.ts";
import { hexIdAt, idBytes } from "../format/hex.ts";
import { headerBlobs, openPackTail, packTailBytes } from "../format/pack.ts";
import type { CheckPackResult, CheckPackTask, ExpectedBlobs } from "./check-pack-task.ts";

export function checkPack(task: CheckPackTask, sealer: Sealer, opener: BlobOpener): CheckPackResult {
  const damages: AnyReason[] = [];
  const actual = hash("sha256", task.bytes, "hex");
  if (actual !== task.pack) damages.push(reason("contentHash", { hash: actual.slice(0, 8) }));
  const header = readHeader(task, sealer, damages);
  if (task.expected === undefined) return { damages: [...damages, ...openListed(task, header, opener)], lostBlobs: [] };
  const differing = header === undefined ? 0 : differences(header, task.expected);
  const ownDamages = differing > 0 && damages.length === 0 ? openListed(task, header, opener) : undefined;
  const { lostBlobs, damages: lost } = openExpected(task.bytes, task.expected, opener);
  const text = reason("packIndexDiffer", { count: differing });
  // Its name is the hash of what it holds, and all it lists is whole: then it is the index that is wrong.
  if (ownDamages?.length === 0) return { damages: [], lostBlobs, indexWrong: text };
  return { damages: [...damages, ...(differing > 0 ? [text] : []), ...lost], lostBlobs };
}

function readHeader({ bytes, pack }: CheckPackTask, sealer: Sealer, damages: AnyReason[]): PackedBlob[] | undefined {
  try {
    const tailBytes = packTailBytes(bytes, bytes.length, pack);
    const tail = bytes.subarray(bytes.length - tailBytes);
    return [...headerBlobs(openPackTail(tail, bytes.length, sealer, pack), pack)];
  } catch (error) {
    if (!isObhutError(error, "OBJECT_DAMAGED")) throw error;
    damages.push(failureReason(error));
    return undefined;
  }
}

/** A pack in no index: its own header is all there is to go by. */
function openListed(
  { bytes }: CheckPackTask,
  header: readonly PackedBlob[] | undefined,
  opener: BlobOpener,
): AnyReason[] {
  const damages: AnyReason[] = [];
  for (const blob of header ?? []) {
    const sealed = bytes.subarray(blob.offset, blob.offset + blob.length);
    const { damage } = opener.open(sealed, Buffer.from(blob.id, "hex"), blob.uncompressedLength);
    if (damage !== undefined) damages.push(reason("ofBlob", { blob: blob.id.slice(0, 8), reason: damage }));
  }
  return damages;
}

/** How many places they differ in. */
function differences(header: readonly PackedBlob[], expected: ExpectedBlobs): number {
  const byOffset = new Map(header.map((blob) => [blob.offset, blob]));
  let differing = header.length === expected.offsets.length ? 0 : 1;
  for (const [row, offset] of expected.offsets.entries()) {
    const blob = byOffset.get(offset);
    const same =
      blob !== undefined &&
      blob.length === expected.lengths[row] &&
      blob.uncompressedLength === expected.uncompressedLengths[row] &&
      blob.type === (expected.types[row] === 1 ? "tree" : "data") &&
      blob.id === hexIdAt(expected.ids, row);
    if (!same) differing++;
  }
  return differing;
}

function openExpected(
  bytes: Uint8Array,
  expected: ExpectedBlobs,
  opener: BlobOpener,
): { readonly lostBlobs: string[]; readonly damages: AnyReason[] } {
  const lostBlobs: string[] = [];
  const damages: AnyReason[] = [];
  for (const [row, offset] of expected.offsets.entries()) {
    const sealed = bytes.subarray(offset, offset + (expected.lengths[row] ?? 0));
    const id = expected.ids.subarray(row * idBytes, (row + 1) * idBytes);
    const { damage } = opener.open(sealed, id, expected.uncompressedLengths[row] ?? 0);
    if (damage === undefined) continue;
    lostBlobs.push(hexIdAt(expected.ids, row));
    damages.push(reason("ofBlob", { blob: hexIdAt(expected.ids, row).slice(0, 8), reason: damage }));
  }
  return { lostBlobs, damages };
}
