/** Repositories that others wrote, pruned by Obhut, judged by those others; and theirs after ours. */
import assert from "node:assert/strict";
import { cp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import type { Finding } from "../../src/base/finding-codes.ts";
import { pruneLocked } from "../../src/jobs/run-prune.ts";
import { checkRepository } from "../../src/repository/check/check-repository.ts";
import { defaultPruneOptions, type PruneOptions } from "../../src/repository/prune/prune-options.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { cheapenKey, makeRepository } from "../support/cheap-keys.ts";
import { assertSameTree } from "../support/equal-trees.ts";
import { bytesOfSeed, makeOddFolder } from "../support/odd-folder.ts";
import { debianRestic, newestRestic, openMade, type Restic, rustic, testPassword } from "../support/restic.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

const tight: PruneOptions = { ...defaultPruneOptions, maxUnused: { kind: "bytes", bytes: 0 } };

/** What is stored each day: files that stay, one that changes in the middle, some that go. */
async function live(source: string, day: number): Promise<void> {
  if (day === 0) await makeOddFolder(source);
  const large = bytesOfSeed(1, 6_000_000);
  bytesOfSeed(100 + day, 500_000).copy(large, day * 900_000);
  await writeFile(join(source, "changing"), large);
  await writeFile(join(source, `of-day-${day}`), bytesOfSeed(200 + day, 300_000));
  if (day > 1) await rm(join(source, `of-day-${day - 2}`));
}

async function prune(repo: Repository, options = tight): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const { incomplete } = await pruneLocked(
    repo,
    { prune: options, dryRun: false },
    {
      emit: (event) => event.type === "finding" && findings.push(event.finding),
      signal: new AbortController().signal,
    },
  );
  assert.equal(incomplete, false);
  return findings;
}

async function assertSound(repo: Repository): Promise<void> {
  assert.deepEqual((await checkRepository(repo, { readData: { kind: "all" }, threads: 1 })).findings, []);
}

/** Four days, stored one by one; then the first two snapshots are forgotten. */
async function liveAndForget(source: string, path: string, store: () => Promise<unknown>): Promise<Repository> {
  for (let day = 0; day < 4; day++) {
    await live(source, day);
    await store();
  }
  const repo = await openMade(path);
  const { snapshots } = await loadSnapshots(repo);
  for (const { id } of snapshots.slice(0, 2)) await repo.storage.remove({ type: "snapshots", name: id });
  return repo;
}

/** Restores each snapshot below `target`; rustic wants a folder for each that is there. */
async function restoreAll(judge: Restic, path: string, target: string): Promise<void> {
  const { snapshots } = await loadSnapshots(await openMade(path));
  assert.equal(snapshots.length, 2);
  for (const { id } of snapshots) {
    const to = join(target, id);
    await judge.run(path, "restore", id, ...(judge === rustic ? [to] : ["--target", to]));
  }
}

/** Each snapshot as it was restored before and after. */
async function assertSameAll(folder: string): Promise<void> {
  const ids = await readdir(join(folder, "before"));
  assert.equal(ids.length, 2);
  for (const id of ids) await assertSameTree(join(folder, "after", id), join(folder, "before", id));
}

/** What restic would still do here, in blobs. */
async function leftForRestic(path: string): Promise<{ repack: number; remove: number }> {
  const told = await newestRestic.run(path, "prune", "--dry-run", "--max-unused", "0");
  const number = (label: string): number => {
    const [, count] = new RegExp(`${label}: +(\\d+) blobs`).exec(told) ?? assert.fail(told);
    return Number(count);
  };
  return { repack: number("to repack"), remove: number("to delete") };
}

interface Way {
  readonly restic: Restic;
  readonly version: 1 | 2;
  readonly options: readonly string[];
}

const ways: readonly Way[] = [
  { restic: newestRestic, version: 2, options: ["--pack-size", "4"] },
  { restic: newestRestic, version: 1, options: [] },
  { restic: debianRestic, version: 2, options: [] },
];

for (const { restic, version, options } of ways) {
  it(`${restic.name}, format ${version}: pruned, checked, restored; and ${restic.name} prunes after it`, async () => {
    await using folder = await tempFolder("interop-prune");
    const [source, path] = [join(folder.path, "source"), join(folder.path, "repo")];
    await restic.run(path, "init", "--repository-version", String(version));
    await cheapenKey(path, testPassword);
    const store = (): Promise<string> => restic.run(path, ...options, "backup", "--force", source);
    const repo = await liveAndForget(source, path, store);
    await restoreAll(restic, path, join(folder.path, "before"));
    assert.deepEqual(await prune(repo), []);
    await restic.run(path, "check", "--read-data");
    await restoreAll(restic, path, join(folder.path, "after"));
    await assertSameAll(folder.path);
    await assertSound(repo);
    assert.deepEqual(await leftForRestic(path), { repack: 0, remove: 0 });
    await live(source, 4);
    await store();
    await restic.run(path, "forget", "--keep-last", "2", "--prune", "--max-unused", "0");
    await restic.run(path, "check", "--read-data");
    await assertSound(repo);
    assert.deepEqual(await prune(repo), []);
    await restic.run(path, "check", "--read-data");
  });
}

it("what Obhut wrote and pruned is whole to restic, and nothing is left to do", async () => {
  await using folder = await tempFolder("interop-prune");
  const [source, path] = [join(folder.path, "source"), join(folder.path, "repo")];
  const made = await makeRepository(path, testPassword);
  const repo = await liveAndForget(source, path, () => storeFolder(made, source));
  await restoreAll(newestRestic, path, join(folder.path, "before"));
  assert.deepEqual(await prune(repo), []);
  await newestRestic.run(path, "check", "--read-data");
  await restoreAll(newestRestic, path, join(folder.path, "after"));
  await assertSameAll(folder.path);
  assert.deepEqual(await leftForRestic(path), { repack: 0, remove: 0 });
});

it("packs that are only marked do not disturb restic, which removes them when it prunes", async () => {
  await using folder = await tempFolder("interop-prune");
  const [source, path] = [join(folder.path, "source"), join(folder.path, "repo")];
  const made = await makeRepository(path, testPassword);
  const repo = await liveAndForget(source, path, () => storeFolder(made, source));
  const findings = await prune(repo, { ...tight, keepDeleteMs: 3_600_000 });
  assert.deepEqual(
    findings.map(({ code }) => code),
    ["PACKS_MARKED"],
  );
  await newestRestic.run(path, "check", "--read-data");
  await assertSound(repo);
  await newestRestic.run(path, "prune", "--max-unused", "0");
  await assertSound(repo);
  assert.deepEqual(await prune(repo), []);
});

// rustic takes long to build.
if (process.env["OBHUT_LONG"]) {
  it("what rustic wrote is pruned in two steps, which rustic understands", async () => {
    await using folder = await tempFolder("interop-prune");
    const [source, path] = [join(folder.path, "source"), join(folder.path, "repo")];
    await rustic.run(path, "init");
    const repo = await liveAndForget(source, path, () => rustic.run(path, "backup", "--force", source));
    await restoreAll(newestRestic, path, join(folder.path, "before"));
    const codes = (await prune(repo)).map(({ code }) => code);
    assert.deepEqual(codes, ["RUSTIC_WITHOUT_LOCKS", "PACKS_MARKED"]);
    await rustic.run(path, "check", "--read-data");
    await newestRestic.run(path, "check", "--read-data");
    // Nothing is left for it to do but to wait; and what it marks, we wait for.
    await rustic.run(path, "prune", "--max-unused", "0b");
    const waiting = (await prune(repo)).map(({ code }) => code);
    assert.deepEqual(waiting, ["RUSTIC_WITHOUT_LOCKS", "PACKS_YOUNG"]);
    assert.deepEqual((await prune(repo, { ...tight, keepDeleteMs: 0 })).length, 1);
    await rustic.run(path, "check", "--read-data");
    await restoreAll(newestRestic, path, join(folder.path, "after"));
    await assertSameAll(folder.path);
    assert.deepEqual(await leftForRestic(path), { repack: 0, remove: 0 });
    await assertSound(repo);
  });

  it("a pack that rustic marked is listed again where a snapshot turns out to need it", async () => {
    await using folder = await tempFolder("interop-prune");
    const [source, path, kept] = [join(folder.path, "source"), join(folder.path, "repo"), join(folder.path, "kept")];
    await rustic.run(path, "init");
    const repo = await liveAndForget(source, path, () => rustic.run(path, "backup", "--force", source));
    await cp(join(path, "snapshots"), kept, { recursive: true });
    for (const { id } of (await loadSnapshots(repo)).snapshots) {
      await repo.storage.remove({ type: "snapshots", name: id });
    }
    await rustic.run(path, "prune", "--max-unused", "0b");
    await cp(kept, join(path, "snapshots"), { recursive: true });
    const codes = (await prune(repo)).map(({ code }) => code);
    assert.ok(codes.includes("PACKS_RECOVERED"), String(codes));
    await assertSound(repo);
    await rustic.run(path, "check", "--read-data");
    await newestRestic.run(path, "check", "--read-data");
  });
}
