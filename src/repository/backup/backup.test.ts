import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { bytePath } from "../../base/byte-path.ts";
import { KiB, MiB } from "../../base/limits.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { bytesEntry, contentsOf, metaOf, newRepository, reopened, run, storedSnapshot } from "./backup-kit.ts";

const database = Buffer.concat([randomBytes(3 * MiB + 5), Buffer.alloc(2 * MiB), Buffer.from("abc".repeat(400_000))]);

test("files of every size, folders, links and pipes come back as they were, from repositories of both versions", async () => {
  const storages = [new MemoryStorage(), new MemoryStorage()];
  const [v2, v1] = storages;
  assert.ok(v2 !== undefined && v1 !== undefined);
  const targets = [{ repository: await newRepository(v2) }, { repository: await newRepository(v1, 1) }];
  const files = new Map<string, Buffer>([
    ["/data/webui.db", database],
    ["/data/empty", Buffer.alloc(0)],
    ["/data/one", Buffer.from("1")],
    ["/data/page", randomBytes(16 * KiB)],
    ["/data/page and one", randomBytes(16 * KiB + 1)],
    ["/data/deep/er/file", randomBytes(100)],
  ]);
  for (let i = 0; i < 300; i++) files.set(`/data/many/${i}`, Buffer.from(`file ${i}`));
  const entries = [
    // children before their folder, and a folder that nobody names
    ...[...files].map(([path, bytes]) => bytesEntry(path, bytes)),
    { path: bytePath("/data"), meta: metaOf({ kind: "dir", mode: 0o700 }), changes: "whole", pinned: false } as const,
    {
      path: bytePath("/data/link"),
      meta: metaOf({ kind: "symlink", linkTarget: bytePath("a/b") }),
      changes: "whole",
      pinned: false,
    } as const,
    { path: bytePath("/data/pipe"), meta: metaOf({ kind: "fifo" }), changes: "whole", pinned: false } as const,
  ];
  const ran = await run(targets, entries);
  for (const [number, storage] of storages.entries()) {
    const contents = await contentsOf(storage, await storedSnapshot(ran, storage, number));
    for (const [path, bytes] of files) assert.deepEqual(contents.get(path), bytes, path);
    assert.equal(contents.get("/data/link"), "symlink");
    assert.equal(contents.get("/data/pipe"), "fifo");
    assert.equal(contents.get("/data/deep/er"), "dir");
    assert.equal(contents.size, files.size + 6);
  }
  for (const [path, told] of ran.outcomes)
    assert.equal(told.length, 1, `done was told ${told.length} times for ${path}`);
  assert.deepEqual(ran.findings, []);
});

test("a piece is stored once, whoever has it, and the summary counts what was added", async () => {
  const storage = new MemoryStorage();
  const repository = await newRepository(storage);
  const page = randomBytes(16 * KiB);
  const twice = Buffer.concat([page, page, page, randomBytes(10)]);
  const ran = await run([{ repository }], [bytesEntry("/a", twice), bytesEntry("/b", twice)]);
  const { summary } = await storedSnapshot(ran, storage);
  assert.equal(summary?.data_blobs, 2);
  assert.equal(summary.files_new, 2);
  assert.equal(summary.total_bytes_processed, 2 * twice.length);
  const again = await run([{ repository: await reopened(storage) }], [bytesEntry("/c", page)]);
  assert.equal((await storedSnapshot(again, storage)).summary?.data_blobs, 0);
});

test("a dry run counts the same and writes nothing", async () => {
  const [dry, wet] = [new MemoryStorage(), new MemoryStorage()];
  const targets = [{ repository: await newRepository(dry) }];
  const before = [...dry.files.keys()];
  const entries = [bytesEntry("/data/webui.db", database)];
  const ran = await run(targets, entries, { dryRun: true });
  assert.deepEqual([...dry.files.keys()], before);
  const real = await run([{ repository: await newRepository(wet) }], entries);
  const [dryTarget, wetTarget] = [ran.result.targets[0], real.result.targets[0]];
  assert.ok(dryTarget?.kind === "stored" && wetTarget?.kind === "stored");
  assert.equal(dryTarget.snapshot, undefined);
  for (const field of ["data_blobs", "tree_blobs", "data_added", "files_new"] as const) {
    assert.equal(dryTarget.summary[field], wetTarget.summary[field], field);
    assert.ok(wetTarget.summary[field] > 0, field);
  }
});

test("a destination that fails does not stop the others; when all fail the backup does", async () => {
  const full = new Error("no room");
  const good = new MemoryStorage();
  let failing = false;
  const bad = new MemoryStorage({
    before: (call, file) => {
      if (failing && call === "save" && file?.type === "data") throw full;
    },
  });
  const targets = [{ repository: await newRepository(bad) }, { repository: await newRepository(good) }];
  failing = true;
  const entries = [bytesEntry("/data/webui.db", randomBytes(40 * MiB), { changes: "whole" })];
  const ran = await run(targets, entries);
  assert.deepEqual(ran.result.targets[0], { kind: "failed", location: "memory", error: full });
  assert.equal((await contentsOf(good, await storedSnapshot(ran, good, 1))).size, 1 + 1);
  assert.deepEqual(
    [...bad.files.keys()].filter((key) => /^(index|snapshots)/.test(key)),
    [],
  );
  await assert.rejects(run([{ repository: await reopened(bad) }], entries), full);
});

test("nothing is written before the lock is known to be taken; where it is refused only that destination fails", async () => {
  const [late, refused] = [new MemoryStorage(), new MemoryStorage()];
  const [first, second] = [await newRepository(late), await newRepository(refused)];
  const before = new Map([late, refused].map((storage) => [storage, [...storage.files.keys()]]));
  const settled = Promise.withResolvers<void>();
  const locked = new Error("locked by somebody");
  const targets = [
    { repository: first, mayWrite: settled.promise },
    { repository: second, mayWrite: Promise.reject(locked) },
  ];
  const running = run(targets, [bytesEntry("/data/webui.db", database), bytesEntry("/data/few", Buffer.from("few"))]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const [storage, files] of before) assert.deepEqual([...storage.files.keys()], files);
  settled.resolve();
  const ran = await running;
  assert.deepEqual(ran.result.targets[1], { kind: "failed", location: "memory", error: locked });
  assert.deepEqual([...refused.files.keys()], before.get(refused));
  assert.equal((await contentsOf(late, await storedSnapshot(ran, late))).size, 2 + 1);
});

test("packs are durable before the index that lists them, and indexes before the snapshot", async () => {
  const order: string[] = [];
  let pending = 0;
  const storage = new MemoryStorage({
    before: async (call, file) => {
      if (call !== "save" || file === undefined) return;
      if (file.type === "index" || file.type === "snapshots")
        assert.equal(pending, 0, `${file.type} while saves are under way`);
      pending++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      pending--;
      order.push(file.type);
    },
  });
  const repository = await newRepository(storage);
  order.length = 0;
  await run([{ repository }], [bytesEntry("/data/big", randomBytes(35 * MiB), { changes: "whole" })]);
  assert.ok(order.filter((type) => type === "data").length >= 3);
  assert.deepEqual(order.slice(-2), ["index", "snapshots"]);
  assert.ok(order.slice(0, -2).every((type) => type === "data"));
});

test("an abort ends the backup with its reason, and every entry is told", async () => {
  const storage = new MemoryStorage();
  const repository = await newRepository(storage);
  const stop = new AbortController();
  const reason = new Error("stop now");
  const told: string[] = [];
  async function* entries() {
    for (let i = 0; ; i++) {
      if (i === 20) stop.abort(reason);
      yield bytesEntry(`/data/${i}`, randomBytes(MiB), { done: ({ kind }) => void told.push(kind) });
    }
  }
  const started: string[] = [];
  async function* counted() {
    for await (const entry of entries()) {
      started.push(entry.path);
      yield entry;
    }
  }
  await assert.rejects(run([{ repository }], [], { signal: stop.signal, entries: counted() }), reason);
  assert.ok(told.length >= started.length - 1, `${told.length} of ${started.length} told`);
  assert.deepEqual(
    [...storage.files.keys()].filter((key) => key.startsWith("snapshots")),
    [],
  );
});

test("a source that fails ends the backup with its error, without a snapshot", async () => {
  const storage = new MemoryStorage();
  const repository = await newRepository(storage);
  const broken = new Error("the capture failed");
  async function* entries() {
    yield bytesEntry("/data/a", randomBytes(MiB));
    throw broken;
  }
  await assert.rejects(run([{ repository }], entries()), broken);
  assert.deepEqual(
    [...storage.files.keys()].filter((key) => /^(index|snapshots)/.test(key)),
    [],
  );
});
