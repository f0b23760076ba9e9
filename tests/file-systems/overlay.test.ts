/** A container's file system: captured live through its merged view, refused through the layers that the view is made of. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { bytePath } from "../../src/base/byte-path.ts";
import { systemClock } from "../../src/base/clock.ts";
import { captureDatabase } from "../../src/host/sqlite/capture-database.ts";
import { App } from "../capture-sqlite/app.ts";
import { rowsHash, rowsHashOfFile } from "../capture-sqlite/scene.ts";
import { asRoot } from "../support/as-root.ts";
import { tempFolder } from "../support/temp-folder.ts";

for (const [mode, how] of [
  ["WAL", "live-wal"],
  ["DELETE", "held-copy"],
] as const) {
  test(`overlayfs with a database in mode ${mode}: the merged view is captured exactly, its layers are refused`, async () => {
    await using folder = await tempFolder("overlay");
    // As Docker lays them out.
    const layer = path.join(folder.path, "overlay2/0a1b2c");
    const at = (name: string): string => path.join(layer, name);
    for (const name of ["lower/diff", "diff", "work", "merged"]) mkdirSync(at(name), { recursive: true });
    const scratch = path.join(folder.path, "scratch");
    mkdirSync(scratch);
    const layers = `lowerdir=${at("lower/diff")},upperdir=${at("diff")},workdir=${at("work")}`;
    asRoot("mount", "-t", "overlay", "overlay", "-o", layers, at("merged"));
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => asRoot("umount", at("merged")));

    const app = cleanup.use(await App.open(at("merged/webui.db"), { setup: [`PRAGMA journal_mode=${mode}`] }));
    await app.transfer(50);
    const options = { scratchDir: bytePath(scratch), clock: systemClock };
    await app.start("write");
    for (let round = 0; round < 10; round++) {
      await using captured = await captureDatabase(bytePath(at("merged/webui.db")), options);
      assert.equal(captured.how, how);
      const rows = await rowsHash(captured);
      const copy = path.join(folder.path, `copy-${round}.db`);
      await captured.copyTo(bytePath(copy));
      await captured.release();
      assert.equal(rowsHashOfFile(copy), rows);
    }
    assert.ok(readdirSync(at("diff")).includes("webui.db"));
    await assert.rejects(captureDatabase(bytePath(at("diff/webui.db")), options), {
      code: "FILESYSTEM_LOCKS_UNTRUSTED",
    });
    assert.equal((await app.stop()).busy, 0);
    assert.deepEqual(readdirSync(scratch), []);
  });
}
