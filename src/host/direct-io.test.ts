import assert from "node:assert/strict";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { KiB, MiB } from "../base/limits.ts";
import { directBlockBytes, directSlackBytes, pageMemory, readDirect, writeDirect } from "./direct-io.ts";

function folder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "obhut-direct-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function patterned(bytes: Uint8Array): Uint8Array {
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31 + (i >> 12)) & 0xff;
  return bytes;
}

const length = 2 * MiB + 777;

interface WithWebAssembly {
  readonly WebAssembly: { readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer } };
}

/** Whether this folder takes direct I/O: WebAssembly's memory begins at a page by its nature. */
function takesDirectIo(path: string): boolean {
  const { WebAssembly } = globalThis as unknown as WithWebAssembly;
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer, 0, 4096);
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_DIRECT, 0o600);
    try {
      return writeSync(file, memory, 0, memory.length, 0) === memory.length;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

test("goes past the page cache wherever the file system lets anybody", async (t) => {
  using scratch = folder();
  const path = join(scratch.path, "file");
  if (!takesDirectIo(path)) return t.diagnostic("the temporary folder takes no direct I/O: only the fallback was seen");
  assert.equal(await writeDirect(path, new Uint8Array(pageMemory(2 * MiB))), 2 * MiB);
  assert.equal(
    (await readDirect(path, { offset: 0, length: 2 * MiB }, new Uint8Array(pageMemory(2 * MiB))))?.length,
    2 * MiB,
  );
  const [some, room] = [{ offset: 777, length: MiB }, new Uint8Array(pageMemory(MiB + directSlackBytes))];
  assert.equal((await readDirect(path, some, room))?.byteOffset, 777);
});

for (const [name, offset] of [
  ["memory that begins at a page", 0],
  ["memory that does not", 16],
] as const) {
  test(`writes whole blocks of ${name}, or nothing, and never other bytes`, async () => {
    using scratch = folder();
    const path = join(scratch.path, "file");
    writeFileSync(path, "");
    const bytes = patterned(new Uint8Array(pageMemory(length + 64), offset, length));
    const written = await writeDirect(path, bytes);
    assert.ok(written === 0 || written === length - (length % directBlockBytes), `${written}`);
    assert.deepEqual(readFileSync(path), Buffer.from(bytes.subarray(0, written)));
  });

  test(`reads ranges into ${name}, or nothing`, async () => {
    using scratch = folder();
    const path = join(scratch.path, "file");
    const content = patterned(new Uint8Array(length));
    writeFileSync(path, content);
    const room = new Uint8Array(pageMemory(length + directSlackBytes + 64), offset, length + directSlackBytes);
    for (const range of [
      { offset: 0, length },
      { offset: 1, length: length - 1 },
      { offset: 4095, length: MiB },
      { offset: 4096, length: MiB + 1 },
      { offset: 1000, length: MiB + 5000 },
      { offset: length - MiB, length: MiB },
    ]) {
      const read = await readDirect(path, range, room);
      if (read === undefined) continue;
      assert.equal(read.buffer, room.buffer);
      assert.deepEqual(Buffer.from(read), Buffer.from(content.subarray(range.offset, range.offset + range.length)));
    }
  });
}

test("gives nothing where the file ends before the range does, and where memory has no room for its blocks", async () => {
  using scratch = folder();
  const path = join(scratch.path, "file");
  writeFileSync(path, patterned(new Uint8Array(MiB + 100)));
  const room = new Uint8Array(pageMemory(4 * MiB));
  for (const range of [
    { offset: 0, length: MiB + 101 },
    { offset: 50, length: MiB + 51 },
    { offset: 3 * MiB, length: MiB },
  ])
    assert.equal(await readDirect(path, range, room), undefined);
  const tight = new Uint8Array(pageMemory(2 * MiB), 0, MiB);
  assert.equal(await readDirect(path, { offset: 10, length: MiB }, tight), undefined);
});

test("leaves small files to others, and a file that is not there to the system's error", async () => {
  using scratch = folder();
  const path = join(scratch.path, "file");
  writeFileSync(path, "");
  assert.equal(await writeDirect(path, new Uint8Array(pageMemory(64 * KiB))), 0);
  assert.equal(statSync(path).size, 0);
  await assert.rejects(writeDirect(join(scratch.path, "none"), new Uint8Array(pageMemory(2 * MiB))), {
    code: "ENOENT",
  });
});
