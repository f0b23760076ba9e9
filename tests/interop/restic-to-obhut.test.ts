/** What restic wrote, read by Obhut: both formats, each way of compressing, many files in few packs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { type BytePath, bytePath } from "../../src/base/byte-path.ts";
import { checkRepository } from "../../src/repository/check/check-repository.ts";
import { findSnapshot } from "../../src/repository/find-snapshot.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import { planRestore } from "../../src/repository/restore/plan-restore.ts";
import { restore } from "../../src/repository/restore/restore.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { assertSameTree } from "../support/equal-trees.ts";
import { makeOddFolder, setAttribute } from "../support/odd-folder.ts";
import { debianRestic, newestRestic, openMade, type Restic, rustic } from "../support/restic.ts";
import { tempFolder } from "../support/temp-folder.ts";

interface Way {
  readonly restic: Restic;
  readonly version: 1 | 2;
  readonly options: readonly string[];
  readonly smallFiles?: number;
}

const ways: readonly Way[] = [
  { restic: newestRestic, version: 2, options: ["--compression", "auto"], smallFiles: 10_000 },
  { restic: newestRestic, version: 2, options: ["--compression", "max", "--pack-size", "4"] },
  { restic: newestRestic, version: 2, options: ["--compression", "off"] },
  { restic: newestRestic, version: 1, options: [] },
  { restic: debianRestic, version: 1, options: [] },
  { restic: debianRestic, version: 2, options: [] },
];

for (const { restic, version, options, smallFiles = 50 } of ways) {
  it(`${restic.name}, format ${version}, ${options.join(" ") || "as it is"}: opened, checked, restored`, async () => {
    await using folder = await tempFolder("interop");
    const [source, path, target] = [
      join(folder.path, "source"),
      join(folder.path, "repo"),
      join(folder.path, "target"),
    ];
    await makeOddFolder(source, { smallFiles });
    setAttribute(join(source, "text"), "user.note", "kept");
    await restic.run(path, "init", "--repository-version", String(version));
    await restic.run(path, ...options, "backup", source);
    const repo = await openMade(path);
    assert.equal(repo.config.version, version);
    const report = await checkRepository(repo, { readData: { kind: "all" }, threads: 1 });
    assert.deepEqual(report.findings, []);
    const indexed = await loadIndex(repo);
    const snapshot = findSnapshot((await loadSnapshots(repo)).snapshots, "latest");
    const plan = await planRestore(indexed, snapshot, { subpath: bytePath(source) as BytePath });
    const summary = await restore(indexed, plan, { target, verify: true, threads: 2 });
    assert.deepEqual(summary.findings, []);
    await assertSameTree(target, source, restic.keeps);
  });
}

// rustic takes long to build.
if (process.env["OBHUT_LONG"]) {
  it("Obhut opens, checks and restores what rustic wrote", async () => {
    await using folder = await tempFolder("interop");
    const [source, path, target] = [
      join(folder.path, "source"),
      join(folder.path, "repo"),
      join(folder.path, "target"),
    ];
    await makeOddFolder(source);
    await rustic.run(path, "init");
    await rustic.run(path, "backup", source);
    const repo = await openMade(path);
    const { findings } = await checkRepository(repo, { readData: { kind: "all" }, threads: 1 });
    assert.deepEqual(findings, []);
    const indexed = await loadIndex(repo);
    const snapshot = findSnapshot((await loadSnapshots(repo)).snapshots, "latest");
    const plan = await planRestore(indexed, snapshot, { subpath: bytePath(source) });
    assert.deepEqual((await restore(indexed, plan, { target, verify: true })).findings, []);
    await assertSameTree(target, source);
  });
}
