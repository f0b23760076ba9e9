/** Where the file system can share blocks, what is held only for a moment is copied without copying a byte. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { bytePath } from "../../src/base/byte-path.ts";
import { systemClock } from "../../src/base/clock.ts";
import { QuietCopier } from "../../src/capture/copy-file.ts";
import { captureDatabase } from "../../src/host/sqlite/capture-database.ts";
import { App } from "../capture-sqlite/app.ts";
import { rowsHash, rowsHashOfFile } from "../capture-sqlite/scene.ts";
import { loopDisk } from "../support/loop-disk.ts";
import { bytesOfSeed } from "../support/odd-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

const MiB = 1 << 20;
const largeBytes = 64 * MiB;
/** What a file system may take for its own records. */
const smallBytes = 8 * MiB;

/** Of the whole file system, once all that was written has its place. */
function usedBytes(folder: string): number {
  execFileSync("sync", ["-f", folder]);
  const { blocks, bfree, bsize } = statfsSync(folder);
  return (blocks - bfree) * bsize;
}

for (const kind of ["btrfs", "xfs"] as const) {
  test(`a database in rollback mode on ${kind} is held for a clone, and captured exactly`, async () => {
    await using folder = await tempFolder(`reflink-${kind}`);
    await using disk = loopDisk(path.join(folder.path, "disk"), kind);
    const [source, scratch] = [path.join(disk.path, "source"), path.join(disk.path, "scratch")];
    mkdirSync(source);
    mkdirSync(scratch);
    const database = path.join(source, "webui.db");
    await using app = await App.open(database);
    await app.exec(`CREATE TABLE ballast(bytes BLOB); INSERT INTO ballast VALUES(randomblob(${largeBytes}))`);
    await app.transfer(20);
    const size = statSync(database).size;
    assert.ok(size > largeBytes);
    const before = usedBytes(disk.path);

    await app.start("write");
    // Without a file system that shares blocks 64 MiB would have to be written while the app waits.
    const options = { scratchDir: bytePath(scratch), clock: systemClock };
    await using captured = await captureDatabase(bytePath(database), options);
    assert.equal((await app.stop()).busy, 0);
    assert.equal(captured.how, "held-copy");
    assert.ok(usedBytes(disk.path) - before < largeBytes / 2, "the copy takes room of its own");
    const copy = path.join(folder.path, "copy.db");
    const rows = await rowsHash(captured);
    await captured.copyTo(bytePath(copy));
    assert.equal(rowsHashOfFile(copy), rows);
  });

  test(`files of segments on ${kind} are cloned, and whole; another disk's are copied`, async () => {
    await using folder = await tempFolder(`reflink-files-${kind}`);
    await using disk = loopDisk(path.join(folder.path, "disk"), kind);
    const bytes = bytesOfSeed(7, largeBytes);
    const original = path.join(disk.path, "data_level0.bin");
    await writeFile(original, bytes, { flush: true });
    const before = usedBytes(disk.path);
    const copier = new QuietCopier();
    const clone = path.join(disk.path, "clone");
    assert.equal(await copier.copy(bytePath(original), clone, bytes.length), bytes.length);
    assert.ok(readFileSync(clone).equals(bytes));
    assert.ok(usedBytes(disk.path) - before < smallBytes, "the clone takes room of its own");
    const elsewhere = path.join(folder.path, "elsewhere");
    assert.equal(await copier.copy(bytePath(original), elsewhere, bytes.length), bytes.length);
    assert.ok(readFileSync(elsewhere).equals(bytes));
    // Positive control: a copy that shares nothing is seen.
    await writeFile(path.join(disk.path, "second"), bytes, { flush: true });
    assert.ok(usedBytes(disk.path) - before > largeBytes - smallBytes);
  });
}
