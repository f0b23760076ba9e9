/** `obhut find` finds what restic finds: names, blobs, trees and what a pack holds. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { bytePath } from "../../src/base/byte-path.ts";
import { hexIdAt } from "../../src/repository/format/hex.ts";
import { findNode } from "../../src/repository/walk-tree.ts";
import { obhut } from "../cli/run-obhut.ts";
import { makeRepository } from "../support/cheap-keys.ts";
import { makeOddFolder } from "../support/odd-folder.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** Snapshot and path of each hit. */
type Hits = readonly (readonly [string, string])[];

async function ourHits(repository: string, ...words: string[]): Promise<Hits> {
  const env = { OBHUT_PASSWORD: testPassword, OBHUT_REPOSITORY: repository };
  const { code, json, stderr } = await obhut(["find", "--json", ...words], { env });
  assert.equal(code, 0, stderr);
  const hits = json.filter(({ type }) => type === "match" || type === "object");
  assert.equal(json.at(-1)?.["matches"], hits.length);
  return hits.map((hit) => [String(hit["snapshot"]), String(hit["path"])]);
}

async function theirHits(repository: string, ...words: string[]): Promise<Hits> {
  const found = JSON.parse(await newestRestic.run(repository, "find", "--json", ...words));
  return found.flatMap((one: Record<string, unknown>) =>
    Array.isArray(one["matches"])
      ? one["matches"].map(({ path }) => [one["snapshot"], path])
      : [[one["snapshot"], one["path"]]],
  );
}

it("the same hits in the same snapshots, in restic's order", async () => {
  await using folder = await tempFolder("find");
  const [source, path] = [join(folder.path, "source"), join(folder.path, "repo")];
  await makeOddFolder(source);
  const empty = await makeRepository(path, testPassword);
  await storeFolder(empty, source, { timeMs: Date.now() - 60_000 });
  await writeFile(join(source, "deep/er/Small 99"), "new");
  const { repo, snapshot } = await storeFolder(empty, source);
  for (const words of [
    ["small 1*"],
    ["-i", "SMALL 9*", "text"],
    ["/data/deep/**/pages.db"],
    ["--snapshot", snapshot.id, "er"],
    ["--oldest", "2018-01-01", "empty folder", "big.bin", "text"],
    ["nothing of that name"],
  ]) {
    assert.deepEqual(await ourHits(path, ...words), await theirHits(path, ...words), words.join(" "));
  }
  const big = await findNode(repo, snapshot.tree, bytePath("/data/big.bin"));
  const deep = await findNode(repo, snapshot.tree, bytePath("/data/deep"));
  const blob = hexIdAt(big?.content ?? assert.fail(), 1);
  const tree = deep?.subtree ?? assert.fail();
  const place = repo.index.lookup("tree", tree) ?? assert.fail();
  for (const words of [
    ["--blob", blob],
    ["--blob", blob.slice(0, 8)],
    ["--tree", tree],
    ["--pack", place.pack],
  ]) {
    const [ours, theirs] = [await ourHits(path, ...words), await theirHits(path, ...words)];
    // restic tells a piece as often as a file has it, and stops in a snapshot once each tree of a pack was found somewhere.
    const once = new Set(theirs.map((hit) => hit.join()));
    const kept = words[0] === "--pack" ? ours.filter((hit) => once.has(hit.join())) : ours;
    assert.deepEqual(new Set(kept.map((hit) => hit.join())), once, words.join(" "));
    assert.ok(ours.length > 0);
  }
});
