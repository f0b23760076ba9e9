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
import { directBlockBytes, pageMemory, readDirect, writeDirect } from "./direct-io.ts";

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
  assert.equal(await readDirect(path, new Uint8Array(pageMemory(2 * MiB))), 2 * MiB);
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

  test(`reads whole blocks into ${name}, or nothing`, async () => {
    using scratch = folder();
    const path = join(scratch.path, "file");
    const content = patterned(new Uint8Array(length));
    writeFileSync(path, content);
    const into = new Uint8Array(pageMemory(length + 64), offset, length);
    const read = await readDirect(path, into);
    assert.ok(read === 0 || read === length - (length % directBlockBytes), `${read}`);
    assert.deepEqual(Buffer.from(into.subarray(0, read)), Buffer.from(content.subarray(0, read)));
  });
}

test("reads no more than there is of a file that is shorter than was said", async () => {
  using scratch = folder();
  const path = join(scratch.path, "file");
  const content = patterned(new Uint8Array(MiB + 100));
  writeFileSync(path, content);
  const into = new Uint8Array(pageMemory(4 * MiB));
  const read = await readDirect(path, into);
  assert.ok(read <= content.length);
  assert.deepEqual(Buffer.from(into.subarray(0, read)), Buffer.from(content.subarray(0, read)));
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
