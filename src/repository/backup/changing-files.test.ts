import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bytePath } from "../../base/byte-path.ts";
import { KiB, MiB } from "../../base/limits.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { contentsOf, fileEntry, newRepository, run, scratchFolder, storedSnapshot } from "./backup-kit.ts";

test("a file that grew, shrank or was replaced since it was listed is stored as it is now", async () => {
  using scratch = scratchFolder();
  const storage = new MemoryStorage();
  const path = (name: string): string => join(scratch.path, name);
  for (const name of ["grown", "shrunk", "replaced", "emptied"]) writeFileSync(path(name), randomBytes(100 * KiB));
  writeFileSync(path("filled"), "");
  const entries = ["grown", "shrunk", "replaced", "emptied", "filled"].map((name) => fileEntry(`/${name}`, path(name)));
  const now = new Map<string, Buffer>();
  appendFileSync(path("grown"), randomBytes(MiB));
  truncateSync(path("shrunk"), 10);
  truncateSync(path("emptied"), 0);
  writeFileSync(path("new"), randomBytes(50 * KiB));
  renameSync(path("new"), path("replaced"));
  writeFileSync(path("filled"), "no longer empty");
  const { readFileSync } = await import("node:fs");
  for (const { path: virtual } of entries) now.set(virtual, readFileSync(path(virtual.slice(1))));
  const ran = await run([{ repository: await newRepository(storage) }], entries);
  assert.deepEqual(ran.findings, []);
  const contents = await contentsOf(storage, await storedSnapshot(ran, storage));
  for (const [virtual, bytes] of now) assert.deepEqual(contents.get(virtual), bytes, virtual);
});

test("a file that changes under every attempt is named, and still stored", async () => {
  using scratch = scratchFolder();
  const storage = new MemoryStorage();
  const file = join(scratch.path, "busy");
  writeFileSync(file, randomBytes(30 * MiB));
  const entry = fileEntry("/busy", file);
  let mtime = 1_700_000_000;
  const writer = setInterval(() => utimesSync(file, mtime, mtime++), 1);
  try {
    const ran = await run([{ repository: await newRepository(storage) }], [entry]);
    assert.deepEqual(ran.findings, [{ code: "FILE_CHANGED", params: { path: "/busy" } }]);
    assert.equal((await contentsOf(storage, await storedSnapshot(ran, storage))).has("/busy"), true);
  } finally {
    clearInterval(writer);
  }
});

test("a file that vanished or may not be read is named and left out; the rest is stored", async () => {
  using scratch = scratchFolder();
  const storage = new MemoryStorage();
  const path = (name: string): string => join(scratch.path, name);
  for (const name of ["gone", "kept", "folder"]) writeFileSync(path(name), name);
  const entries = ["gone", "kept", "folder"].map((name) => fileEntry(`/${name}`, path(name)));
  rmSync(path("gone"));
  // a folder in its place cannot be read as a file, by root neither
  rmSync(path("folder"));
  const { mkdirSync } = await import("node:fs");
  mkdirSync(path("folder"));
  chmodSync(path("kept"), 0o400);
  const ran = await run([{ repository: await newRepository(storage) }], entries);
  assert.deepEqual(ran.findings.map(({ code }) => code).toSorted(), ["FILE_UNREADABLE", "FILE_VANISHED"]);
  assert.deepEqual(ran.outcomes.get(bytePath("/gone")), [{ kind: "vanished" }]);
  assert.equal(ran.outcomes.get(bytePath("/folder"))?.[0]?.kind, "failed");
  assert.deepEqual([...(await contentsOf(storage, await storedSnapshot(ran, storage))).keys()], ["/kept"]);
});

test("newer blocks are laid over an older file, also behind its end", async () => {
  using scratch = scratchFolder();
  const [base, patch] = [join(scratch.path, "base"), join(scratch.path, "patch")];
  const blockBytes = 4096;
  const old = randomBytes(1000 * blockBytes);
  const log = randomBytes(500 * blockBytes + 32);
  writeFileSync(base, old);
  writeFileSync(patch, log);
  // blocks 100 to 1499: every third, and all that lie behind the end of the base, come from the log, each at an odd offset
  const offsets = new Float64Array(new SharedArrayBuffer(1500 * 8)).fill(-1);
  const expected = Buffer.concat([old, Buffer.alloc(500 * blockBytes)]);
  for (let block = 100; block < 1500; block++) {
    if (block < 1000 && block % 3 !== 0) continue;
    offsets[block] = 24 + ((block * 7) % 499) * blockBytes;
    log.copy(expected, block * blockBytes, offsets[block], (offsets[block] ?? 0) + blockBytes);
  }
  const content = { kind: "patched", base: bytePath(base), patch: bytePath(patch), blockBytes, offsets } as const;
  // held by a transaction, or lying still: the log of a crashed app
  for (const pinned of [false, true]) {
    const storage = new MemoryStorage();
    const entry = { ...fileEntry("/webui.db", base, { pinned }), content };
    const ran = await run([{ repository: await newRepository(storage) }], [entry]);
    assert.deepEqual(ran.findings, []);
    assert.deepEqual((await contentsOf(storage, await storedSnapshot(ran, storage))).get("/webui.db"), expected);
  }
  const entry = { ...fileEntry("/webui.db", base, { pinned: true }), content };
  // a log that ends too early is an error, never zeros
  truncateSync(patch, 100 * blockBytes);
  const cut = await run([{ repository: await newRepository(new MemoryStorage()) }], [entry]);
  assert.deepEqual(
    cut.findings.map(({ code }) => code),
    ["FILE_UNREADABLE"],
  );
});

test("a block that neither the file nor the log has is an error, never zeros", async () => {
  using scratch = scratchFolder();
  const [base, patch] = [join(scratch.path, "base"), join(scratch.path, "patch")];
  writeFileSync(base, randomBytes(2 * 4096));
  writeFileSync(patch, randomBytes(4096));
  const offsets = new Float64Array(new SharedArrayBuffer(5 * 8)).fill(-1);
  offsets[4] = 0;
  const content = { kind: "patched", base: bytePath(base), patch: bytePath(patch), blockBytes: 4096, offsets } as const;
  const entry = { ...fileEntry("/webui.db", base, { pinned: true }), content };
  const ran = await run([{ repository: await newRepository(new MemoryStorage()) }], [entry]);
  assert.deepEqual(
    ran.findings.map(({ code }) => code),
    ["FILE_UNREADABLE"],
  );
});

test("of a prefix exactly so many bytes are read, and fewer are an error", async () => {
  using scratch = scratchFolder();
  const storage = new MemoryStorage();
  const file = join(scratch.path, "log");
  const bytes = randomBytes(200 * KiB);
  writeFileSync(file, bytes);
  const prefix = (sizeBytes: number) => ({ kind: "prefix", path: bytePath(file), sizeBytes }) as const;
  const entries = [
    { ...fileEntry("/part", file), content: prefix(100 * KiB + 3) },
    { ...fileEntry("/more", file), content: prefix(300 * KiB) },
  ];
  const ran = await run([{ repository: await newRepository(storage) }], entries);
  assert.deepEqual(
    ran.findings.map(({ code, params }) => [code, "path" in params && params.path]),
    [["FILE_UNREADABLE", "/more"]],
  );
  const contents = await contentsOf(storage, await storedSnapshot(ran, storage));
  assert.deepEqual([...contents], [["/part", bytes.subarray(0, 100 * KiB + 3)]]);
});
