/** Fields that a later program may add: passed over when read, and kept where Obhut writes a file anew, or the file is left as it is. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import type { Finding, FindingCode } from "../../src/base/finding-codes.ts";
import { BlobIndex } from "../../src/repository/blob-index.ts";
import { knownIn } from "../../src/repository/copy/known-in.ts";
import { planCopy } from "../../src/repository/copy/plan-copy.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import { loadSealed } from "../../src/repository/object-file.ts";
import { planRestore } from "../../src/repository/restore/plan-restore.ts";
import { restore } from "../../src/repository/restore/restore.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { newestRestic } from "../support/restic.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { callObhut } from "./call-obhut.ts";
import { copyOf, rewriteFiles, rewriteKeys, rewriteRoot, type Scene, soundScene } from "./damage.ts";
import { snapshotOf } from "./golden-repositories.ts";
import { allRestored, resticComplains } from "./judge.ts";

const novelty = { words: ["<&>\u2028", "é"], big: 1e21, deep: { nothing: null, no: false } };
const sound = await soundScene("restic-0.19.1-format-2");

/** In every kind of file that is JSON, but trees. */
async function withNovelties(): Promise<Scene> {
  const scene = await copyOf(sound);
  rewriteKeys(scene, (key) => ({ novelty, ...key }));
  await rewriteFiles(scene, "snapshots", ({ summary, ...snapshot }) => ({
    novelty,
    ...snapshot,
    summary: { ...(summary as object), novelty },
  }));
  await rewriteFiles(scene, "index", ({ packs, ...index }) => ({
    novelty,
    ...index,
    packs: (packs as { blobs: object[] }[]).map(({ blobs, ...pack }) => ({
      novelty,
      ...pack,
      blobs: blobs.map((blob) => ({ ...blob, novelty })),
    })),
  }));
  return scene;
}

async function snapshotJson({ repo }: Scene, state: 1 | 2 | 3): Promise<Record<string, unknown>> {
  const { id } = snapshotOf(state, (await loadSnapshots(repo)).snapshots);
  return JSON.parse((await loadSealed(repo, "snapshots", id)).toString());
}

it("unknown fields in keys, snapshots and indexes harm nothing, and snapshots keep theirs", async () => {
  await using folder = await tempFolder("golden-unknown");
  const scene = await withNovelties();
  const call = async (...words: string[]): Promise<void> => {
    const { exitCode, codes } = await callObhut(words, { storage: scene.storage, folder: folder.path });
    assert.deepEqual([exitCode, codes], [0, []], words.join(" "));
  };
  await call("check", "--read-data");
  assert.equal(await resticComplains(scene, join(folder.path, "as it is")), "");
  await call("tag", "--add", "marked");
  await call("rewrite", "--exclude", "/source/later", "--forget");
  await call("prune", "--max-unused", "0");
  await call("repair", "index", "--read-all-packs");
  await call("check", "--read-data");
  assert.equal(await resticComplains(scene, join(folder.path, "gone on with")), "");
  await allRestored(scene, [1, 2, 3], { folder: folder.path, isLost: (path) => path === "later" });
  for (const state of [1, 2, 3] as const) {
    const json = await snapshotJson(scene, state);
    assert.deepEqual(json["novelty"], novelty);
    assert.deepEqual((json["summary"] as Record<string, unknown>)["novelty"], novelty);
    assert.ok((json["tags"] as string[]).includes("marked"));
  }
});

it("a tree with unknown fields is whole for everybody, and neither Obhut nor restic rewrites it", async () => {
  await using folder = await tempFolder("golden-unknown");
  const scene = await copyOf(sound);
  await rewriteRoot(scene, 2, (json) => json.replace('"type":', '"novelty":{"a":[1,"}"]},"type":'));
  const files = [...scene.storage.files.keys()].sort();
  const call = async (...words: string[]) => await callObhut(words, { storage: scene.storage, folder: folder.path });
  assert.deepEqual((await call("check", "--read-data")).codes, []);
  assert.equal(await resticComplains(scene, join(folder.path, "repository")), "");
  assert.deepEqual((await call("repair", "snapshots", "--forget")).codes, []);
  const rewritten = await call("rewrite", "--exclude", "/source/later", "--forget", "--tag", "state-2");
  assert.deepEqual([rewritten.exitCode, rewritten.codes], [3, ["TREE_NOT_REWRITABLE"]]);
  assert.deepEqual([...scene.storage.files.keys()].sort(), files);
  await assert.rejects(
    newestRestic.run(join(folder.path, "repository"), "rewrite", "--exclude", "/source/later", "--tag", "state-2"),
    /cannot encode tree/,
  );
  await allRestored(scene, [1, 2, 3], { folder: folder.path });
});

it("an entry of an unknown type costs that entry alone, and nothing is removed or copied by guesses about it", async () => {
  await using folder = await tempFolder("golden-unknown");
  const scene = await copyOf(sound);
  const door = '{"name":"door","type":"door","mode":420,"uid":0,"gid":0,"content":null}';
  await rewriteRoot(scene, 2, (json) => json.replace('"nodes":[', `"nodes":[${door},`));
  const files = [...scene.storage.files.keys()].sort();
  const codesOf = async (...words: string[]) =>
    (await callObhut(words, { storage: scene.storage, folder: folder.path })).codes;
  assert.deepEqual(await codesOf("check", "--read-data"), ["ENTRY_UNKNOWN"]);
  assert.match(await resticComplains(scene, join(folder.path, "repository")), /node "door" with invalid type "door"/);
  assert.deepEqual(await codesOf("repair", "snapshots", "--forget"), []);
  assert.deepEqual(await codesOf("prune", "--max-unused", "0"), ["PRUNE_TREE_UNREADABLE"]);
  assert.deepEqual([...scene.storage.files.keys()].sort(), files);

  const repo = await loadIndex(scene.repo);
  const snapshot = snapshotOf(2, (await loadSnapshots(repo)).snapshots);
  const target = join(folder.path, "target");
  const { findings, files: restored } = await restore(repo, await planRestore(repo, snapshot), {
    target,
    verify: true,
  });
  assert.deepEqual(
    findings.map(({ code, params }) => [code, "path" in params && params.path]),
    [["FILE_NOT_RESTORED", "/door"]],
  );
  assert.ok(restored > 5);
  await allRestored(scene, [1, 2, 3], { folder: folder.path });

  const codes: FindingCode[] = [];
  const onFinding = (found: Finding): void => void codes.push(found.code);
  const { known } = await knownIn({ ...repo, index: new BlobIndex() }, onFinding);
  const { lost } = await planCopy([snapshot], { from: repo, known, onFinding });
  assert.deepEqual(codes, ["TREE_DAMAGED"]);
  assert.ok(await lost.areNeededBy(snapshot.tree));
});
