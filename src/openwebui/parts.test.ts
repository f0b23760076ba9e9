import assert from "node:assert/strict";
import { test } from "node:test";
import type { BytePath } from "../base/byte-path.ts";
import { changesInPlace } from "./changes-in-place.ts";
import { isSideFile, leftOutReason, mainDatabase, meaningOf, partOf, sideFileOf } from "./parts.ts";

const path = (text: string): BytePath => text as BytePath;

test("each path has its part and its meaning", () => {
  const rows = [
    ["webui.db", "database", "database"],
    ["webui.db-wal", "database", "database"],
    ["webui.db.bak", "rest", "unknown"],
    ["vector_db/chroma.sqlite3", "vectors", "vectors"],
    ["uploads/a_b.txt", "uploads", "uploads"],
    ["uploads-old/x", "rest", "unknown"],
    ["cache/image/generations/x.png", "rest", "cacheImages"],
    ["cache/tools/t/x", "rest", "cacheTools"],
    ["l.data", "rest", "licence"],
    ["cache/embedding/models", "rest", "cacheRebuilt"],
    ["audit.log", "rest", "audit"],
    ["uploads/@eaDir", "uploads", "droppings"],
  ] as const;
  for (const [text, part, meaning] of rows) {
    assert.equal(partOf(path(text)), part, text);
    assert.equal(meaningOf(path(text)), meaning, text);
  }
});

test("only what is on the list is left out", () => {
  const left = ["cache/whisper", "cache/whisper/a", "cache/tiktoken/x", "cache/audio/speech/a.mp3", "a/.DS_Store"];
  const logs = ["audit.log", "audit.2026-11-23_10-00-00_000000.log", "audit.2026-11-23_10-00-00_000000.log.zip"];
  for (const text of [...left, ...logs]) assert.ok(leftOutReason(path(text)) !== undefined, text);
  const kept = [
    "cache",
    "cache/audio",
    "cache/audio/transcriptions/a",
    "cache/whisperer",
    "my-audit.log",
    "audit.log/x",
    "uploads/audit.log",
  ];
  for (const text of kept) assert.equal(leftOutReason(path(text)), undefined, text);
});

test("side files are known by the name of their database", () => {
  assert.ok(isSideFile(path("webui.db-shm"), mainDatabase));
  assert.ok(!isSideFile(path("webui.db"), mainDatabase));
  assert.equal(sideFileOf(path("a/b.db-journal")), "a/b.db");
  assert.equal(sideFileOf(path("a/b.db")), undefined);
});

test("what changes in place is known by its name, in whatever folder of a segment", () => {
  for (const text of [
    "webui.db",
    "vector_db/chroma.sqlite3",
    "vector_db/a-b/data_level0.bin",
    "vector_db/a-b/header.bin",
    "x.sqlite",
  ]) {
    assert.ok(changesInPlace(path(text)), text);
  }
  for (const text of [
    "uploads/a_data.bin",
    "uploads/header.bin",
    "vector_db/a-b/index_metadata.pickle",
    "cache/image/x.png",
  ]) {
    assert.ok(!changesInPlace(path(text)), text);
  }
});
