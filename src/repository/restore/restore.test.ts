import assert from "node:assert/strict";
import { closeSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../../tests/support/actor.ts";
import { bytesOfSeed, makeOddFolder, setAttribute } from "../../../tests/support/odd-folder.ts";
import { type StoredFolder, storeFolder } from "../../../tests/support/stored-folder.ts";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { listTree } from "../../../tests/support/tree-listing.ts";
import { bytePath } from "../../base/byte-path.ts";
import { isObhutError } from "../../base/errors.ts";
import type { BlobId } from "../../base/ids.ts";
import { parsePathPattern } from "../../base/path-pattern.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { hexIdAt } from "../format/hex.ts";
import { initRepository } from "../init-repository.ts";
import { loadBlob } from "../load-blob.ts";
import { loadIndex } from "../load-index.ts";
import { BlobWriter } from "../packs/blob-writer.ts";
import { type PlanOptions, planRestore } from "./plan-restore.ts";
import { restore } from "./restore.ts";
import type { RestoreOptions, RestoreProgress, RestoreSummary } from "./restore-options.ts";
import type { PlannedFile, RestorePlan } from "./restore-plan.ts";

interface Stored extends StoredFolder {
  readonly storage: MemoryStorage;
}

async function stored(source: string): Promise<Stored> {
  const storage = new MemoryStorage();
  const repo = await initRepository(storage, { password: "p", actor: testActor(), kdf: cheapKdf });
  return { ...(await storeFolder(repo, source)), storage };
}

async function restored(
  { repo, snapshot }: StoredFolder,
  options: RestoreOptions,
  plan: PlanOptions = {},
): Promise<RestoreSummary> {
  const subpath = plan.subpath ?? bytePath("/data");
  return await restore(repo, await planRestore(repo, snapshot, { ...plan, subpath }), { threads: 1, ...options });
}

const patterns = (...texts: string[]): NonNullable<PlanOptions["includes"]> =>
  texts.map((text) => parsePathPattern(text) ?? assert.fail(text));

it("brings back everything, byte for byte: odd names, links, holes, modes, times", async () => {
  await using folder = await tempFolder("restore");
  const source = join(folder.path, "source");
  await makeOddFolder(source);
  const attributed = setAttribute(join(source, "text"), "user.note", "kept = yes\\");
  const summary = await restored(await stored(source), { target: join(folder.path, "target"), verify: true });
  assert.deepEqual(summary.findings, []);
  assert.equal(summary.verified, true);
  assert.deepEqual(await listTree(join(folder.path, "target")), await listTree(source));
  assert.ok((await stat(join(folder.path, "target/sparse"))).blocks * 512 < 3_000_000, "holes stay holes");
  if (!attributed) return;
  const { execFileSync } = await import("node:child_process");
  const value = execFileSync("getfattr", ["--only-values", "-n", "user.note", join(folder.path, "target/text")]);
  assert.equal(value.toString(), "kept = yes\\");
});

it("refuses a target that holds something, and leaves it alone", async () => {
  await using folder = await tempFolder("restore");
  await mkdir(join(folder.path, "source"));
  await writeFile(join(folder.path, "source/a"), "new");
  const made = await stored(join(folder.path, "source"));
  await mkdir(join(folder.path, "target"));
  await writeFile(join(folder.path, "target/a"), "mine");
  await assert.rejects(restored(made, { target: join(folder.path, "target") }), (e) =>
    isObhutError(e, "TARGET_NOT_EMPTY"),
  );
  assert.equal(await readFile(join(folder.path, "target/a"), "utf8"), "mine");
});

it("restores a part: a folder of the snapshot, includes and excludes", async () => {
  await using folder = await tempFolder("restore");
  const source = join(folder.path, "source");
  await makeOddFolder(source);
  const made = await stored(source);
  const target = (name: string): string => join(folder.path, name);
  await restored(made, { target: target("deep") }, { subpath: bytePath("/data/deep/er") });
  assert.deepEqual(
    Object.keys(await listTree(target("deep")))
      .sort()
      .slice(0, 3),
    ["and", "and/deeper", "and/deeper/pages.db"],
  );
  await restored(made, { target: target("included") }, { includes: patterns("/data/deep/er/and", "big*") });
  assert.deepEqual(Object.keys(await listTree(target("included"))).sort(), [
    "big.bin",
    "deep",
    "deep/er",
    "deep/er/and",
    "deep/er/and/deeper",
    "deep/er/and/deeper/pages.db",
  ]);
  await restored(made, { target: target("excluded") }, { excludes: patterns("*.db", "deep/er/small*") });
  const names = Object.keys(await listTree(target("excluded")));
  assert.ok(names.includes("deep/er/and/deeper") && !names.some((name) => /small|pages/.test(name)));
  await assert.rejects(restored(made, { target: target("none") }, { subpath: bytePath("/data/nowhere") }), (e) =>
    isObhutError(e, "PATH_NOT_IN_SNAPSHOT"),
  );
});

it("gives the target the mode and times of the folder it was", async () => {
  await using folder = await tempFolder("restore");
  const source = join(folder.path, "source");
  await mkdir(join(source, "inner"), { recursive: true });
  await writeFile(join(source, "inner/a"), "a");
  await chmod(join(source, "inner"), 0o2751);
  await utimes(join(source, "inner"), 1_700_000_000, 1_700_000_000);
  const made = await stored(source);
  const target = join(folder.path, "target");
  await restored(made, { target }, { subpath: bytePath("/data/inner"), includes: patterns("a") });
  const { mode, mtimeMs } = await stat(target);
  assert.deepEqual([mode & 0o7777, mtimeMs], [0o2751, 1_700_000_000_000]);
});

it("in place: writes what differs, keeps what is the same, removes only what it is told to", async () => {
  await using folder = await tempFolder("restore");
  const source = join(folder.path, "source");
  const target = join(folder.path, "target");
  await makeOddFolder(source);
  const made = await stored(source);
  await restored(made, { target });
  const wanted = await listTree(target);
  const untouched = await stat(join(target, "big.bin"));
  const page = bytesOfSeed(9, 16384);
  const pages = await readFile(join(source, "deep/er/and/deeper/pages.db"));
  await writeFile(join(target, "deep/er/and/deeper/pages.db"), Buffer.concat([page, pages.subarray(16384), page]));
  await writeFile(join(target, "one byte"), "much longer");
  await writeFile(join(target, "webui.db-wal"), "stale");
  await writeFile(join(target, "mine"), "keep");
  await writeFile(join(target, ".obhut-restore-00000000-1"), "left by a run that died");
  await symlink("/etc", join(target, "deep/er/small 3 link"));
  const summary = await restored(made, {
    target,
    overwrite: true,
    verify: true,
    removes: (path) => path.endsWith("-wal"),
  });
  assert.deepEqual(summary.findings, []);
  assert.equal(summary.removed, 1);
  const { mine, "deep/er/small 3 link": kept, ...rest } = await listTree(target);
  assert.ok(mine && kept);
  assert.deepEqual(rest, wanted);
  assert.equal((await stat(join(target, "big.bin"))).ino, untouched.ino);
  assert.ok(summary.unchangedBytes > summary.totalBytes - 40_000);
});

it("in place: where a piece cannot be had nothing is changed at all", async () => {
  await using folder = await tempFolder("restore");
  const source = join(folder.path, "source");
  const target = join(folder.path, "target");
  await makeOddFolder(source);
  const made = await stored(source);
  await restored(made, { target });
  await writeFile(join(target, "big.bin"), "the good one that is there");
  await writeFile(join(target, "text"), "this one too");
  const before = await listTree(target);
  const plan = await planRestore(made.repo, made.snapshot, { subpath: bytePath("/data") });
  damageEveryPack(made.storage);
  const stopped = (error: unknown): boolean => isObhutError(error, "RESTORE_STOPPED");
  await assert.rejects(restore(made.repo, plan, { target, overwrite: true, threads: 1 }), stopped);
  // Now the folder's own tree cannot be read: everything would seem to be too much.
  await assert.rejects(restored(made, { target, overwrite: true, removes: () => true }), stopped);
  assert.deepEqual(await listTree(target), before);
});

/** An odd folder, stored; the plan to restore it, and in it a file that a test may spoil. */
async function plannedOddFolder(source: string): Promise<Stored & { plan: RestorePlan; victim: PlannedFile }> {
  await makeOddFolder(source);
  const made = await stored(source);
  const plan = await planRestore(made.repo, made.snapshot, { subpath: bytePath("/data") });
  const victim = plan.files.find((file) => file.path === "/data/big.bin") ?? assert.fail();
  return { ...made, plan, victim };
}

/** One bit of the file's first piece, in the pack that the plan takes it from; the pack's name. */
function damageFirstPiece(storage: MemoryStorage, { pieces }: RestorePlan, { firstPiece }: PlannedFile): string {
  const name = `data/${pieces.packs[pieces.packOf(firstPiece)]}`;
  const pack = storage.files.get(name) ?? assert.fail();
  const at = pieces.offsetOf(firstPiece) + 20;
  pack[at] = (pack[at] ?? 0) ^ 1;
  return name;
}

it("a damaged piece costs its file, by name, and no other; a wrong byte never reaches the disk", async () => {
  await using folder = await tempFolder("restore");
  const source = join(folder.path, "source");
  const { plan, victim, ...made } = await plannedOddFolder(source);
  damageFirstPiece(made.storage, plan, victim);
  const summary = await restore(made.repo, plan, { target: join(folder.path, "target"), threads: 1 });
  assert.deepEqual(
    summary.findings.map((found) => [found.code, "path" in found.params ? found.params.path : ""]),
    [
      ["FILE_NOT_RESTORED", "/data/big.bin"],
      ["FILE_NOT_RESTORED", "/data/deep/hard link of big"],
    ],
  );
  const { "big.bin": gone, "deep/hard link of big": goneToo, ...wanted } = await listTree(source);
  assert.ok(gone && goneToo);
  assert.deepEqual(await listTree(join(folder.path, "target")), wanted);
});

for (const harm of ["damaged", "gone"] as const) {
  it(`what a pack that is ${harm} does not give comes from another that holds it too`, async () => {
    await using folder = await tempFolder("restore");
    const source = join(folder.path, "source");
    const { plan, victim, ...made } = await plannedOddFolder(source);
    const writer = new BlobWriter(made.repo, { indexes: "save" });
    for (let row = 0; row < plan.pieces.count; row++) {
      const id = hexIdAt(plan.pieces.idOf(row), 0) as BlobId;
      await writer.addPlain("data", await loadBlob(made.repo, "data", id));
    }
    await writer.finish();
    const repo = await loadIndex(made.repo);
    const again = await planRestore(repo, made.snapshot, { subpath: bytePath("/data") });
    const pack = damageFirstPiece(made.storage, again, victim);
    if (harm === "gone") made.storage.files.delete(pack);
    const target = join(folder.path, "target");
    const { findings } = await restore(repo, again, { target, verify: true, threads: 1 });
    assert.deepEqual(findings, []);
    assert.deepEqual(await listTree(target), await listTree(source));
  });
}

it("what is authentic but not what the snapshot names is not taken for its content", async () => {
  await using folder = await tempFolder("restore");
  const { plan, victim, ...made } = await plannedOddFolder(join(folder.path, "source"));
  const id = plan.pieces.idOf(victim.firstPiece);
  id[0] = (id[0] ?? 0) ^ 1;
  const target = join(folder.path, "target");
  const summary = await restore(made.repo, plan, { target, verify: true, threads: 1 });
  const lost = ["FILE_NOT_RESTORED /data/big.bin", "FILE_NOT_RESTORED /data/deep/hard link of big"];
  assert.deepEqual(
    summary.findings.map(({ code, params }) => `${code} ${"path" in params ? params.path : ""}`),
    lost,
  );
  assert.deepEqual([...summary.lost], ["big.bin"]);
  assert.equal((await listTree(target))["big.bin"], undefined);
});

for (const overwrite of [false, true]) {
  it(`what reads back differently is not left in place${overwrite ? ", nor put in place of what was there" : ""}`, async () => {
    await using folder = await tempFolder("restore");
    const { plan, victim: big, ...made } = await plannedOddFolder(join(folder.path, "source"));
    const target = join(folder.path, "target");
    await mkdir(target);
    if (overwrite) await writeFile(join(target, "big.bin"), "there before");
    // As a failing disk would: one byte, after the file was written and before it is read back.
    const spoil = ({ phase, bytesDone }: RestoreProgress): void => {
      if (phase !== "restore" || bytesDone < plan.totalBytes) return;
      const written = readdirSync(target).find((name) => statSync(join(target, name)).size === big.sizeBytes);
      const file = openSync(join(target, written ?? assert.fail()), "r+");
      writeSync(file, "X", 70_000);
      closeSync(file);
    };
    const run = restore(made.repo, plan, { target, overwrite, verify: true, threads: 1, onProgress: spoil });
    if (overwrite) {
      await assert.rejects(run, (e) => isObhutError(e, "RESTORE_STOPPED"));
      assert.equal(await readFile(join(target, "big.bin"), "utf8"), "there before");
      assert.deepEqual(await readdir(target), ["big.bin"]);
    } else {
      const { findings } = await run;
      assert.deepEqual(findings.map(({ code }) => code)[0], "FILE_RESTORED_WRONG");
      assert.ok(!(await readdir(target)).includes("big.bin"));
    }
  });
}

it("never writes through a link that lies in the target", async () => {
  await using folder = await tempFolder("restore");
  const [source, target, outside] = ["source", "target", "outside"].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(join(source, "sub"), { recursive: true });
  await writeFile(join(source, "sub/file"), "from the snapshot");
  await writeFile(join(source, "name"), "from the snapshot");
  await mkdir(outside);
  await writeFile(join(outside, "file"), "untouched");
  await mkdir(target);
  await symlink(outside, join(target, "sub"));
  await symlink(join(outside, "file"), join(target, "name"));
  await restored(await stored(source), { target, overwrite: true });
  assert.equal(await readFile(join(outside, "file"), "utf8"), "untouched");
  assert.deepEqual(await readdir(outside), ["file"]);
  await assert.rejects(readlink(join(target, "sub")), /EINVAL/);
  assert.equal(await readFile(join(target, "sub/file"), "utf8"), "from the snapshot");
});

it("in place: a link to another disk comes back when the restore stops, and gives way when it does not", async () => {
  await using folder = await tempFolder("restore");
  const [source, target, disk] = ["source", "target", "disk"].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(join(source, "uploads"), { recursive: true });
  await writeFile(join(source, "uploads/file"), bytesOfSeed(3, 5000));
  await mkdir(disk);
  await mkdir(target);
  await symlink(disk, join(target, "uploads"));
  const made = await stored(source);
  const plan = await planRestore(made.repo, made.snapshot, { subpath: bytePath("/data") });
  const intact = new Map([...made.storage.files].map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
  damageEveryPack(made.storage);
  await assert.rejects(restore(made.repo, plan, { target, overwrite: true, threads: 1 }), (e) =>
    isObhutError(e, "RESTORE_STOPPED"),
  );
  assert.equal(await readlink(join(target, "uploads")), disk);
  assert.deepEqual(await readdir(target), ["uploads"]);
  for (const [name, bytes] of intact) made.storage.files.set(name, bytes);
  await restored(made, { target, overwrite: true });
  assert.deepEqual(await listTree(target), await listTree(source));
});

it("says when there is no room, before it writes", async () => {
  await using folder = await tempFolder("restore");
  await mkdir(join(folder.path, "source"));
  await writeFile(join(folder.path, "source/a"), "a");
  const { repo, snapshot } = await stored(join(folder.path, "source"));
  const plan = await planRestore(repo, snapshot);
  const huge = { ...plan, files: plan.files.map((file) => ({ ...file, sizeBytes: 2 ** 50 })) };
  const target = join(folder.path, "target");
  await assert.rejects(restore(repo, huge, { target }), (e) => isObhutError(e, "TARGET_NO_SPACE"));
  await assert.rejects(stat(target), /ENOENT/);
});

it("stops when it is told to, and with overwrite leaves what was there", async () => {
  await using folder = await tempFolder("restore");
  const [source, target] = [join(folder.path, "source"), join(folder.path, "target")];
  await makeOddFolder(source);
  const made = await stored(source);
  await mkdir(target);
  await writeFile(join(target, "text"), "there before");
  const stop = new AbortController();
  const options = { target, overwrite: true, signal: stop.signal, onProgress: () => stop.abort(new Error("stopped")) };
  await assert.rejects(restored(made, options), /stopped/);
  assert.equal(await readFile(join(target, "text"), "utf8"), "there before");
  assert.ok(!(await readdir(target)).some((name) => name.startsWith(".obhut")));
});

function damageEveryPack(storage: MemoryStorage): void {
  for (const [name, bytes] of storage.files) {
    if (name.startsWith("data/")) for (let at = 16; at < bytes.length; at += 5000) bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
}
