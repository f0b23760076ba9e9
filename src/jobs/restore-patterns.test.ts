import assert from "node:assert/strict";
import { test } from "node:test";
import { bytePath } from "../base/byte-path.ts";
import { isObhutError } from "../base/errors.ts";
import { matchPath } from "../base/path-pattern.ts";
import type { Part } from "../openwebui/parts.ts";
import { choosePaths } from "./restore-patterns.ts";

const paths = ["webui.db", "vector_db/chroma.sqlite3", "uploads/a.txt", "cache/image/b.png", "uploads.txt"];

function chosen(parts: readonly Part[], includes: readonly string[] = [], excludes: readonly string[] = []): string[] {
  const patterns = choosePaths(parts, includes, excludes);
  return paths.filter((name) => {
    const path = bytePath(`/open-webui/data/${name}`);
    const included = patterns.includes.length === 0 || matchPath(patterns.includes, path).matched;
    return included && !matchPath(patterns.excludes, path).matched;
  });
}

test("no parts are all of them; each part is its own paths, rest is all others", () => {
  assert.deepEqual(chosen([]), paths);
  assert.deepEqual(chosen(["database", "vectors", "uploads", "rest"]), paths);
  assert.deepEqual(chosen(["database"]), ["webui.db"]);
  assert.deepEqual(chosen(["vectors", "uploads"]), ["vector_db/chroma.sqlite3", "uploads/a.txt"]);
  assert.deepEqual(chosen(["rest"]), ["cache/image/b.png", "uploads.txt"]);
  assert.deepEqual(chosen(["rest", "database"]), ["webui.db", "cache/image/b.png", "uploads.txt"]);
});

test("a person's patterns narrow the parts, and never widen them", () => {
  assert.deepEqual(chosen([], ["*.txt"]), ["uploads/a.txt", "uploads.txt"]);
  assert.deepEqual(chosen(["uploads"], ["*.txt"]), ["uploads/a.txt"]);
  assert.deepEqual(chosen(["uploads", "rest"], [], ["*.png"]), ["uploads/a.txt", "uploads.txt"]);
  assert.throws(
    () => chosen([], ["[a"]),
    (error) => isObhutError(error, "USAGE"),
  );
});
