import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { cheapKdf, testActor } from "../../../tests/support/actor.ts";
import { storeFolder } from "../../../tests/support/stored-folder.ts";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { displayPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { initRepository } from "../init-repository.ts";
import type { IndexedRepository } from "../repository.ts";
import { type EntryQuery, matchesEntry, mayMatchBelow, parseEntryPattern } from "./entry-query.ts";
import { type LookedAt, TreeSearch } from "./tree-search.ts";

const signal = new AbortController().signal;

function search(repo: IndexedRepository, query: EntryQuery, damaged: string[] = []): TreeSearch<LookedAt> {
  return new TreeSearch<LookedAt>(repo, {
    look: (walked) => (matchesEntry(query, walked) ? [walked] : []),
    enters: (path) => mayMatchBelow(query, path),
    onDamaged: (_error, _tree, path) => damaged.push(displayPath(path)),
    signal,
  });
}

function queryOf(text: string, ignoreCase = false): EntryQuery {
  const pattern = parseEntryPattern(text, ignoreCase) ?? assert.fail(text);
  return { patterns: [pattern], ignoreCase };
}

/** Loads of packs are counted; the one of that number fails. */
function countedStorage(): { readonly storage: MemoryStorage; loads: number; fails?: number } {
  const counted: ReturnType<typeof countedStorage> = {
    loads: 0,
    storage: new MemoryStorage({
      before: (call, file) => {
        if (call !== "load" || file?.type !== "data") return;
        counted.loads += 1;
        if (counted.loads !== counted.fails) return;
        throw new ObhutError("STORAGE_FAILED", { location: "memory", action: "load", reason: "a fault" });
      },
    }),
  };
  return counted;
}

async function pathsIn(trees: TreeSearch<LookedAt>, tree: LookedAt["tree"]): Promise<string[]> {
  const hits = await Array.fromAsync(trees.in(tree));
  return hits.map(({ path }) => displayPath(path));
}

test("each entry comes before what is below it, in every snapshot; a tree that several share is loaded once", async () => {
  await using folder = await tempFolder("search");
  await mkdir(join(folder.path, "a/b"), { recursive: true });
  await mkdir(join(folder.path, "c"));
  for (const name of ["a/one.txt", "a/b/TWO.txt", "c/three.txt", "a.txt"])
    await writeFile(join(folder.path, name), name);
  const counted = countedStorage();
  const repo = await initRepository(counted.storage, { password: "p", actor: testActor(), kdf: cheapKdf });
  const first = await storeFolder(repo, folder.path);
  await writeFile(join(folder.path, "c/four.txt"), "4");
  await rm(join(folder.path, "a.txt"));
  const second = await storeFolder(repo, folder.path);
  const trees = search(second.repo, queryOf("*.TXT", true));
  counted.loads = 0;
  const inSecond = ["/data/a/b/TWO.txt", "/data/a/one.txt", "/data/c/four.txt", "/data/c/three.txt"];
  assert.deepEqual(await pathsIn(trees, second.snapshot.tree), inSecond);
  assert.equal(counted.loads, 5, "the root, data, a, b, c");
  assert.deepEqual(await pathsIn(trees, first.snapshot.tree), [
    "/data/a/b/TWO.txt",
    "/data/a/one.txt",
    "/data/a.txt",
    "/data/c/three.txt",
  ]);
  assert.equal(counted.loads, 8, "a and b are known");
  assert.deepEqual(await pathsIn(trees, second.snapshot.tree), inSecond);
  assert.equal(counted.loads, 8, "all are known");
});

test("names are matched with their case, paths from their root, times with their bounds; nothing else is entered", async () => {
  await using folder = await tempFolder("search");
  await mkdir(join(folder.path, "up/deep"), { recursive: true });
  await writeFile(join(folder.path, "up/Rechnung.pdf"), "1");
  await writeFile(join(folder.path, "up/deep/x.pdf"), "2");
  const counted = countedStorage();
  const repo = await initRepository(counted.storage, { password: "p", actor: testActor(), kdf: cheapKdf });
  const stored = await storeFolder(repo, folder.path);
  const find = async (query: EntryQuery): Promise<string[]> =>
    await pathsIn(search(stored.repo, query), stored.snapshot.tree);
  assert.deepEqual(await find(queryOf("*rechnung*")), []);
  assert.deepEqual(await find(queryOf("*rechnung*", true)), ["/data/up/Rechnung.pdf"]);
  assert.deepEqual(await find(queryOf("/data/**/*.pdf")), ["/data/up/Rechnung.pdf", "/data/up/deep/x.pdf"]);
  assert.deepEqual(await find({ ...queryOf("*.pdf"), newestMs: 1000 }), []);
  assert.deepEqual(await find({ ...queryOf("x.pdf"), oldestMs: 1000 }), ["/data/up/deep/x.pdf"]);
  counted.loads = 0;
  assert.deepEqual(await find(queryOf("/other/*")), []);
  assert.equal(counted.loads, 1, "the root alone");
});

test("a tree that cannot be read is told once, and the rest is found", async () => {
  await using folder = await tempFolder("search");
  await mkdir(join(folder.path, "broken"));
  await writeFile(join(folder.path, "broken/lost.txt"), "1");
  await writeFile(join(folder.path, "there.txt"), "2");
  const counted = countedStorage();
  const empty = await initRepository(counted.storage, { password: "p", actor: testActor(), kdf: cheapKdf });
  const { repo, snapshot } = await storeFolder(empty, folder.path);
  // The root and /data come first.
  counted.fails = counted.loads + 3;
  const damaged: string[] = [];
  const trees = search(repo, queryOf("*.txt"), damaged);
  for (const _ of [1, 2]) assert.deepEqual(await pathsIn(trees, snapshot.tree), ["/data/there.txt"]);
  assert.deepEqual(damaged, ["/data/broken"]);
});
