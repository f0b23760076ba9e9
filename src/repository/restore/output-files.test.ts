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

for (const direct of [false, true]) {
  for (const inRoom of [false, true]) {
    const how = `${direct ? "past" : "through"} the page cache, ${inRoom ? "made in the memory that is written" : "copied"}`;
    it(`writes pieces that end nowhere near a block, ${how}`, async () => {
      await using folder = await tempFolder("output-files");
      const sizeBytes = 5 * MiB + 77;
      const file: OutputFile = { path: bytePath(join(folder.path, "file")), sizeBytes, fresh: true };
      const outputs = new OutputFiles({ direct });
      // The second half first: what follows there begins anew in the middle of a block.
      const half = 8 * pieceBytes;
      for (const [from, to] of [
        [half, sizeBytes],
        [0, half],
      ] as const) {
        for (let at = from; at < to; at += pieceBytes) {
          const piece = bytesAt(at, Math.min(pieceBytes, to - at));
          const room = inRoom ? outputs.room(file, at, piece.length) : undefined;
          room?.set(piece);
          outputs.write(file, at, room?.subarray(0, piece.length) ?? piece);
        }
      }
      assert.deepEqual([...(await outputs.settled())], []);
      outputs.closeAll();
      assert.equal(Buffer.compare(await readFile(join(folder.path, "file")), bytesAt(0, sizeBytes)), 0);
    });
  }
}

it("tells what could not be written of its own file, not of the next one, and of that once", async () => {
  await using folder = await tempFolder("output-files");
  const lost: OutputFile = { path: bytePath(join(folder.path, "no folder", "file")), sizeBytes: 10, fresh: true };
  const good: OutputFile = { path: bytePath(join(folder.path, "file")), sizeBytes: 10, fresh: true };
  const outputs = new OutputFiles({ direct: true });
  outputs.write(lost, 0, bytesAt(0, 10));
  outputs.write(good, 0, bytesAt(0, 10));
  const failures = [...(await outputs.settled())].map(([path, error]) => [path, systemCode(error)]);
  assert.deepEqual(failures, [[lost.path, "ENOENT"]]);
  assert.deepEqual([...(await outputs.settled())], []);
  outputs.closeAll();
  assert.deepEqual(await readFile(join(folder.path, "file")), bytesAt(0, 10));
});
