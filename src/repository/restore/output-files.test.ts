import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { bytePath } from "../../base/byte-path.ts";
import { systemCode } from "../../base/errors.ts";
import { MiB } from "../../base/limits.ts";
import { OutputFiles } from "./output-files.ts";
import type { OutputFile } from "./restore-task.ts";

const pieceBytes = 300_001;

function bytesAt(position: number, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (((position + i) * 31) >> 3) & 0xff));
}

for (const inRoom of [false, true]) {
  it(`writes pieces that end anywhere, ${inRoom ? "made in the memory that is written" : "copied"}`, async () => {
    await using folder = await tempFolder("output-files");
    const sizeBytes = 5 * MiB + 77;
    const file: OutputFile = { path: bytePath(join(folder.path, "file")), sizeBytes, fresh: true };
    const outputs = new OutputFiles();
    // The second half first, and pieces of which some are larger than what is gathered.
    const half = 8 * pieceBytes;
    for (const [from, to] of [
      [half, sizeBytes],
      [0, half],
    ] as const) {
      for (let at = from, end = from; at < to; at = end) {
        end = Math.min(to, at + (at % 3 === 0 ? pieceBytes : 10_007));
        const piece = bytesAt(at, end - at);
        const room = inRoom ? outputs.room(file, at, piece.length) : undefined;
        room?.set(piece);
        outputs.write(file, at, room?.subarray(0, piece.length) ?? piece);
      }
    }
    assert.deepEqual([...outputs.settled()], []);
    outputs.closeAll();
    assert.equal(Buffer.compare(await readFile(join(folder.path, "file")), bytesAt(0, sizeBytes)), 0);
  });
}

it("tells what could not be written of its own file, not of the next one, and of that once", async () => {
  await using folder = await tempFolder("output-files");
  const lost: OutputFile = { path: bytePath(join(folder.path, "no folder", "file")), sizeBytes: 10, fresh: true };
  const good: OutputFile = { path: bytePath(join(folder.path, "file")), sizeBytes: 10, fresh: true };
  const outputs = new OutputFiles();
  outputs.write(lost, 0, bytesAt(0, 10));
  outputs.write(good, 0, bytesAt(0, 10));
  const failures = [...outputs.settled()].map(([path, error]) => [path, systemCode(error)]);
  assert.deepEqual(failures, [[lost.path, "ENOENT"]]);
  assert.deepEqual([...outputs.settled()], []);
  outputs.closeAll();
  assert.deepEqual(await readFile(join(folder.path, "file")), bytesAt(0, 10));
});
