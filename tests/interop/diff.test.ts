/** `obhut diff` lists the files that restic lists, with its totals. */
import assert from "node:assert/strict";
import { chmod, link, mkdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { bytePath, displayPath } from "../../src/base/byte-path.ts";
import { type Change, compareTrees, type SideTotals } from "../../src/repository/diff/compare-trees.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import { loadSnapshots, type StoredSnapshot } from "../../src/repository/snapshots.ts";
import { requireTreeAt } from "../../src/repository/walk-tree.ts";
import { makeRepository } from "../support/cheap-keys.ts";
import { bytesOfSeed, makeOddFolder } from "../support/odd-folder.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

async function changeFolder(source: string): Promise<void> {
  await writeFile(join(source, "deep/er/and/deeper/pages.db"), bytesOfSeed(3, 64 * 16384));
  await rm(join(source, "deep/er/small 3"));
  await mkdir(join(source, "new/folder"), { recursive: true });
  await rename(join(source, "deep/er/small 4"), join(source, "new/folder/moved"));
  await symlink("there", join(source, "new/link"));
  await link(join(source, "text"), join(source, "new/hard link"));
  await rm(join(source, "dangling"));
  await writeFile(join(source, "dangling"), "a file now");
  await rm(join(source, "pipe"));
  await rm(join(source, "empty folder"), { recursive: true });
  await chmod(join(source, "one byte"), 0o600);
  await utimes(join(source, "deep/er/small 5"), 1, 2);
}

function asRestic({ files, folders, others, dataBlobs, treeBlobs, bytes }: SideTotals): object {
  return { files, dirs: folders, others, data_blobs: dataBlobs, tree_blobs: treeBlobs, bytes };
}

function line({ path, marks, before, after }: Change, prefix: string): readonly [string, string] {
  const slash = (after ?? before)?.type === "dir" ? "/" : "";
  return [`${displayPath(path).slice(prefix.length)}${slash}`, marks];
}

it("the same changes, in the same order, with the same totals", async () => {
  await using folder = await tempFolder("diff");
  const [source, path] = [join(folder.path, "source"), join(folder.path, "repo")];
  await makeOddFolder(source);
  const repo = await makeRepository(path, testPassword);
  await storeFolder(repo, source);
  await newestRestic.run(path, "backup", source);
  await changeFolder(source);
  await storeFolder(repo, source);
  await newestRestic.run(path, "backup", source);
  const { snapshots } = await loadSnapshots(repo);
  const indexed = await loadIndex(repo);
  const by = (isRestic: boolean): StoredSnapshot[] =>
    snapshots.filter(({ programVersion }) => programVersion.startsWith("restic") === isRestic);
  const ours = by(false);
  const theirs = by(true);
  const pairs = [
    { snapshots: ours, at: "/" },
    { snapshots: ours.toReversed(), at: "/" },
    { snapshots: theirs, at: "/" },
    { snapshots: [ours[0], ours[0]], at: "/" },
    { snapshots: ours, at: "/data/deep" },
  ];
  for (const { snapshots: pair, at } of pairs) {
    for (const metadata of [false, true]) {
      const [older = assert.fail(), newer = assert.fail()] = pair;
      const option = metadata ? ["--metadata"] : [];
      const sub = at === "/" ? "" : `:${at}`;
      const output = await newestRestic.run(path, "diff", "--json", ...option, older.id + sub, newer.id + sub);
      const lines = output
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text));
      const statistics = lines.pop();
      const signal = AbortSignal.timeout(60_000);
      const treeOf = async ({ tree }: StoredSnapshot) => await requireTreeAt(indexed, tree, bytePath(at), signal);
      const trees = [await treeOf(older), await treeOf(newer)] as const;
      const changes = compareTrees(indexed, trees, { at: bytePath(at), metadata, signal });
      const found: (readonly [string, string])[] = [];
      let step = await changes.next();
      for (; !step.done; step = await changes.next()) found.push(line(step.value, at === "/" ? "" : at));
      const named = `${older.id} ${newer.id} ${at} ${option}`;
      const readable = lines.filter(({ path: name }) => !name.includes("\ufffd"));
      assert.deepEqual(
        found.filter(([name]) => !name.includes("\\x")),
        readable.map(({ path: name, modifier }) => [name, modifier]),
        named,
      );
      const { added, removed, changedFiles } = step.value;
      assert.equal(changedFiles, statistics.changed_files, named);
      assert.deepEqual([asRestic(added), asRestic(removed)], [statistics.added, statistics.removed], named);
    }
  }
});
