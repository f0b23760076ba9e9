import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { estimateSize } from "./estimate-size.ts";

test("counts what a capture will go through, and nothing that it leaves out", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "obhut-estimate-"));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const name of ["webui.db", "webui.db-wal", "uploads/a", "cache/embedding/model", "cache/image/b", "audit.log"]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), "12345");
  }
  const { signal } = new AbortController();
  const all = new Set(["database", "vectors", "uploads", "rest"] as const);
  assert.deepEqual(await estimateSize(folder, all, signal), { files: 3, bytes: 15 });
  assert.deepEqual(await estimateSize(folder, new Set(["uploads"] as const), signal), { files: 1, bytes: 5 });
  await assert.rejects(estimateSize(folder, all, AbortSignal.abort(new Error("enough"))), /enough/);
});
