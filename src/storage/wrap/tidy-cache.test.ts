import assert from "node:assert/strict";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { limits } from "../../base/limits.ts";
import { type CachedFile, chooseToRemove, tagFile, tagText, temporaryPrefix, tidyCache } from "./tidy-cache.ts";

const file = (path: string, kind: CachedFile["kind"], usedMs: number): CachedFile => ({
  path,
  kind,
  usedMs,
  sizeBytes: 10,
});

test("stretches go first, those longest unused before others, and no more than must", () => {
  const files = [
    file("index", "whole", 1),
    file("old", "stretch", 2),
    file("new", "stretch", 4),
    file("middle", "stretch", 3),
  ];
  const chosen = (maxBytes: number): string[] => chooseToRemove(files, maxBytes).map(({ path }) => path);
  assert.deepEqual(chosen(40), []);
  assert.deepEqual(chosen(39), ["old"]);
  assert.deepEqual(chosen(15), ["old", "middle", "new"]);
  assert.deepEqual(chosen(0), ["old", "middle", "new", "index"]);
});

/** Seconds. */
async function repository(root: string, id: string, usedAt: number, tag = tagText): Promise<string> {
  const path = join(root, id);
  await mkdir(join(path, "snapshots"), { recursive: true });
  await writeFile(join(path, "snapshots", "x"), "x");
  await writeFile(join(path, tagFile), tag);
  await utimes(join(path, tagFile), usedAt, usedAt);
  return path;
}

test("repositories that nobody used for long go; nothing that is not ours does", async () => {
  await using folder = await tempFolder("tidy");
  const nowMs = Date.parse("2030-06-01T00:00:00Z");
  const longAgo = (nowMs - limits.cacheUnusedMs) / 1000 - 60;
  const ids = ["a", "b", "c", "d"].map((digit) => digit.repeat(64));
  const [inUse = "", unused = "", recent = "", foreign = ""] = ids;
  const used = await repository(folder.path, inUse, longAgo);
  await repository(folder.path, unused, longAgo);
  await repository(folder.path, recent, longAgo + 3600);
  await repository(folder.path, foreign, longAgo, "something else");
  await repository(folder.path, "photos", longAgo);
  for (const [name, at] of [
    ["old", longAgo],
    ["new", nowMs / 1000 - 60],
  ] as const) {
    await writeFile(join(used, temporaryPrefix + name), "half");
    await utimes(join(used, temporaryPrefix + name), at, at);
  }
  const options = { folder: folder.path, maxBytes: 1000, nowMs, writtenBytes: 0, inUse: used };
  await tidyCache(options);
  assert.deepEqual((await readdir(folder.path)).sort(), [inUse, recent, foreign, "photos", "tidied"].sort());
  assert.deepEqual((await readdir(used)).sort(), [tagFile, "snapshots", `${temporaryPrefix}new`].sort());

  await repository(folder.path, unused, longAgo);
  await tidyCache({ ...options, nowMs: nowMs + limits.cacheTidyMs / 2 });
  assert.equal((await readdir(folder.path)).length, 6, "once a day is enough");
  await tidyCache({ ...options, nowMs: nowMs + limits.cacheTidyMs });
  assert.equal((await readdir(folder.path)).length, 4, "the next day the recent one is old too");
});
