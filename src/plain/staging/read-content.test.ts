import assert from "node:assert/strict";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { bytePath } from "../../base/byte-path.ts";
import { readContent, type Stamps } from "./read-content.ts";

it("a small file takes no more memory than it needs, also where it is asked for more", async () => {
  await using folder = await tempFolder("content");
  const file = join(folder.path, "small");
  await writeFile(file, "a small file");
  let taken = 0;
  for await (const piece of readContent({ kind: "file", path: bytePath(file) }, {})) taken += piece.buffer.byteLength;
  assert.ok(taken < 100_000, `${taken} bytes`);
});

it("what is appended while it is read comes with it, and its stamps tell", async () => {
  await using folder = await tempFolder("content");
  const file = join(folder.path, "grows");
  await writeFile(file, "the begin, ");
  const stamps: Stamps = {};
  const parts: Buffer[] = [];
  for await (const piece of readContent({ kind: "file", path: bytePath(file) }, stamps)) {
    parts.push(Buffer.from(piece));
    if (parts.length === 1) await appendFile(file, "x".repeat(20_000));
  }
  assert.equal(Buffer.concat(parts).toString(), `the begin, ${"x".repeat(20_000)}`);
  assert.notEqual(stamps.before?.sizeBytes, stamps.after?.sizeBytes);
});
