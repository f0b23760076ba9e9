import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { bytePath } from "../../base/byte-path.ts";
import { KiB } from "../../base/limits.ts";
import { comparePieces } from "./compare-pieces.ts";

/** Some fit together into what is read at once, one is larger, one is empty. */
const lengths = Uint32Array.of(16 * KiB, 100, 0, 300 * KiB, 1, 200 * KiB, 100 * KiB, 7);
const skipped = 11;

function content(): Buffer {
  const bytes = Buffer.alloc(lengths.reduce((sum, length) => sum + length, skipped));
  for (let i = 0; i < bytes.length; i++) bytes[i] = ((i * 31) >> 5) & 0xff;
  return bytes;
}

function idsOf(bytes: Buffer): Uint8Array {
  let at = skipped;
  const hashes = Array.from(lengths, (length) => {
    const piece = bytes.subarray(at, at + length);
    at += length;
    return createHash("sha256").update(piece).digest();
  });
  return Buffer.concat(hashes);
}

it("names the very pieces that differ, wherever they lie in what is read at once", async () => {
  await using folder = await tempFolder("compare");
  const path = join(folder.path, "file");
  const good = content();
  const range = { path: bytePath(path), sizeBytes: good.length, position: skipped, ids: idsOf(good), lengths };
  const differing = async (bytes: Buffer): Promise<{ different: number[]; sameSize: boolean }> => {
    await writeFile(path, bytes);
    const { different, sameSize } = comparePieces(range);
    return { different: [...different], sameSize };
  };
  assert.deepEqual(await differing(good), { different: [], sameSize: true });
  let at = skipped;
  for (const [piece, length] of lengths.entries()) {
    at += length;
    if (length === 0) continue;
    const wrong = Buffer.from(good);
    wrong[at - 1] = (wrong[at - 1] ?? 0) ^ 1;
    assert.deepEqual(await differing(wrong), { different: [piece], sameSize: true });
    assert.deepEqual(await differing(good.subarray(0, at - 1)), {
      different: [...lengths.keys()].slice(piece),
      sameSize: false,
    });
  }
  assert.deepEqual(await differing(Buffer.concat([good, Buffer.alloc(1)])), { different: [], sameSize: false });
});
