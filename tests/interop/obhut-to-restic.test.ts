/** What Obhut writes, judged by restic: the newest, and the old one that Debian ships. */
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { bytePath } from "../../src/base/byte-path.ts";
import { checkRepository } from "../../src/repository/check/check-repository.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { planRestore } from "../../src/repository/restore/plan-restore.ts";
import { restore } from "../../src/repository/restore/restore.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { treeAt } from "../../src/repository/walk-tree.ts";
import { cheapenKey, makeRepository } from "../support/cheap-keys.ts";
import { assertSameTree } from "../support/equal-trees.ts";
import { bytesOfSeed, makeOddFolder, setAttribute } from "../support/odd-folder.ts";
import { debianRestic, newestRestic, rustic, testPassword } from "../support/restic.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

async function assertSound(repo: Repository): Promise<void> {
  const { findings } = await checkRepository(repo, { readData: { kind: "all" }, threads: 1 });
  assert.deepEqual(
    findings.filter(({ code }) => code !== "PACKS_UNUSED"),
    [],
  );
}

for (const restic of [newestRestic, debianRestic]) {
  it(`${restic.name} checks, lists and restores it, and every byte is right`, async () => {
    await using folder = await tempFolder("interop");
    const [source, path, target] = [
      join(folder.path, "source"),
      join(folder.path, "repo"),
      join(folder.path, "target"),
    ];
    await makeOddFolder(source);
    setAttribute(join(source, "text"), "user.note", "kept");
    await storeFolder(await makeRepository(path, testPassword), source);
    await restic.run(path, "check", "--read-data");
    await restic.run(path, "restore", "latest", "--target", target);
    await assertSameTree(join(target, "data"), source, restic.keeps);
    const listed = (await restic.run(path, "ls", "--json", "latest"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.ok(listed.some((node) => node.path === "/data/big.bin" && node.size === 3_500_001));
    assert.ok(listed.some((node) => node.path === "/data/line\nbreak\ttab"));
    const [snapshot] = JSON.parse(await restic.run(path, "snapshots", "--json"));
    assert.equal(snapshot.hostname, "test-instance");
    assert.deepEqual([snapshot.tags, snapshot.paths], [["test"], ["/data"]]);
  });

  it(`${restic.name} goes on in it: backup on top, forget, prune; then Obhut goes on`, async () => {
    await using folder = await tempFolder("interop");
    const [source, path, target] = [
      join(folder.path, "source"),
      join(folder.path, "repo"),
      join(folder.path, "target"),
    ];
    await makeOddFolder(source);
    const repo = await makeRepository(path, testPassword);
    await storeFolder(repo, source);
    await restic.run(path, "backup", "--host", "test-instance", "--force", source);
    await writeFile(join(source, "later"), bytesOfSeed(7, 100_000));
    await storeFolder(repo, source);
    await restic.run(path, "forget", "--keep-last", "1", "--group-by", "", "--prune", "--max-unused", "0");
    await restic.run(path, "check", "--read-data");
    await assertSound(repo);
    const { snapshots } = await loadSnapshots(repo);
    assert.equal(snapshots.length, 1);
    const [snapshot = assert.fail()] = snapshots;
    const indexed = await loadIndex(repo);
    const plan = await planRestore(indexed, snapshot, { subpath: bytePath("/data") });
    assert.deepEqual((await restore(indexed, plan, { target, verify: true })).findings, []);
    await assertSameTree(target, source);
    await storeFolder(repo, source);
    await restic.run(path, "check", "--read-data");
  });

  it(`${restic.name} accepts a backup of Obhut in a version 1 repository`, async () => {
    await using folder = await tempFolder("interop");
    const [source, path, target] = [
      join(folder.path, "source"),
      join(folder.path, "repo"),
      join(folder.path, "target"),
    ];
    await makeOddFolder(source);
    await restic.run(path, "init", "--repository-version", "1");
    const repo = await cheapenKey(path, testPassword);
    assert.equal(repo.config.version, 1);
    await storeFolder(repo, source);
    await restic.run(path, "check", "--read-data");
    await restic.run(path, "restore", "latest", "--target", target);
    await assertSameTree(join(target, "data"), source, restic.keeps);
    await assertSound(repo);
  });
}

it("our trees are restic's own, byte for byte: its rewrite keeps what it does not touch", async () => {
  await using folder = await tempFolder("interop");
  const [source, path] = [join(folder.path, "source"), join(folder.path, "repo")];
  await makeOddFolder(source);
  setAttribute(join(source, "deep/er/small 1"), "user.note", "kept");
  const repo = await makeRepository(path, testPassword);
  const { snapshot } = await storeFolder(repo, source);
  await newestRestic.run(path, "rewrite", "--exclude", "/nowhere", snapshot.id);
  assert.equal(
    (await loadSnapshots(repo)).snapshots.length,
    1,
    "nothing was excluded, yet restic spells a tree otherwise",
  );
  await newestRestic.run(path, "rewrite", "--exclude", "/data/text", snapshot.id);
  const { snapshots } = await loadSnapshots(repo);
  const rewritten = snapshots.find(({ original }) => original === snapshot.id) ?? assert.fail("no rewritten snapshot");
  const indexed = await loadIndex(repo);
  const deep = await treeAt(indexed, snapshot.tree, bytePath("/data/deep"));
  assert.ok(deep);
  assert.equal(await treeAt(indexed, rewritten.tree, bytePath("/data/deep")), deep);
  assert.notEqual(rewritten.tree, snapshot.tree);
  await newestRestic.run(path, "check", "--read-data");
  await assertSound(repo);
});

it("files that vanish while they are backed up are told, and the snapshot is sound", async () => {
  await using folder = await tempFolder("interop");
  const [source, path, target] = [join(folder.path, "source"), join(folder.path, "repo"), join(folder.path, "target")];
  await makeOddFolder(source);
  const before = async (name: string): Promise<void> => {
    if (name === "/data/text" || name === "/data/zeros") await rm(join(source, name.slice("/data/".length)));
  };
  const { findings } = await storeFolder(await makeRepository(path, testPassword), source, { before });
  assert.deepEqual(
    findings.map(({ code }) => code),
    ["FILE_VANISHED", "FILE_VANISHED"],
  );
  await newestRestic.run(path, "check", "--read-data");
  await newestRestic.run(path, "restore", "latest", "--target", target);
  await assertSameTree(join(target, "data"), source, ({ mtimeMs: _, ...entry }) => entry);
});

it("ten thousand small files", async () => {
  await using folder = await tempFolder("interop");
  const [source, path, target] = [join(folder.path, "source"), join(folder.path, "repo"), join(folder.path, "target")];
  await makeOddFolder(source, { smallFiles: 10_000 });
  const repo = await makeRepository(path, testPassword);
  const { snapshot } = await storeFolder(repo, source);
  await newestRestic.run(path, "check", "--read-data");
  const indexed = await loadIndex(repo);
  const plan = await planRestore(indexed, snapshot, { subpath: bytePath("/data") });
  assert.deepEqual((await restore(indexed, plan, { target, verify: true })).findings, []);
  assert.equal(await readFile(join(target, "deep/er/small 9999"), "utf8"), "small file 9999\n");
  await assertSameTree(target, source);
});

it("restic opens what Obhut locked only when it may, and the other way round", async () => {
  await using folder = await tempFolder("interop");
  const path = join(folder.path, "repo");
  const repo = await makeRepository(path, testPassword);
  const { lockRepository } = await import("../../src/repository/lock-repository.ts");
  await using held = await lockRepository(repo, { mode: "exclusive" });
  assert.equal(held.signal.aborted, false);
  await assert.rejects(newestRestic.run(path, "snapshots"), /already locked exclusively|unable to create lock/);
  await newestRestic.run(path, "--no-lock", "snapshots");
});

// rustic takes long to build.
if (process.env["OBHUT_LONG"]) {
  it("rustic checks and restores what Obhut wrote", async () => {
    await using folder = await tempFolder("interop");
    const [source, path, target] = [
      join(folder.path, "source"),
      join(folder.path, "repo"),
      join(folder.path, "target"),
    ];
    await makeOddFolder(source);
    const repo = await makeRepository(path, testPassword);
    await storeFolder(repo, source);
    await rustic.run(path, "check", "--read-data");
    await rustic.run(path, "restore", "latest:/data", target);
    await assertSameTree(target, source);
  });
}
