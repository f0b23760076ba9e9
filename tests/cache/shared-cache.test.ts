/** One cache, several processes, a bound that is always passed, a disk that is full, somebody who removes it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { initRepository } from "../../src/repository/init-repository.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import { smallDisk } from "../crash/small-disk.ts";
import { cheapKdf, testActor } from "../support/actor.ts";
import { cacheScene, namedFile } from "../support/cache-scene.ts";
import { bytesOfSeed } from "../support/odd-folder.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";
import type { ReaderReport } from "./reader-process.ts";

const reader = join(import.meta.dirname, "reader-process.ts");

async function read(repository: string, cache: string, rounds: number): Promise<ReaderReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [reader, repository, cache, String(rounds)]);
  return JSON.parse(stdout) as ReaderReport;
}

test("several processes share a cache that is always too small, and somebody removes it now and then", async () => {
  await using folder = await tempFolder("shared-cache");
  const [source, repository, cache] = ["source", "repository", "cache"].map((name) => join(folder.path, name));
  assert.ok(source && repository && cache);
  const repo = await initRepository(localStorage(repository), { password: "p", actor: testActor(), kdf: cheapKdf });
  for (let i = 0; i < 4; i++) {
    for (let file = 0; file < 100; file++) {
      const path = join(source, `folder ${file % 10}`);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, `file ${file}`), `${i} ${file}`);
    }
    await storeFolder(repo, source);
  }
  let done = false;
  const removing = (async () => {
    while (!done) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await rm(cache, { recursive: true, force: true }).catch(() => undefined);
    }
  })();
  const reports = await Promise.all([1, 2, 3].map(() => read(repository, cache, 15))).finally(() => {
    done = true;
  });
  await removing;
  const all = new Set(reports.flatMap(({ hashes }) => hashes));
  assert.equal(all.size, 1, "everybody must have listed the same, every time");
  assert.deepEqual(
    reports.flatMap(({ notes }) => notes),
    [],
  );
  const alone = await read(repository, cache, 1);
  assert.deepEqual(alone, { notes: [], hashes: [...all] });
  assert.ok((await readdir(cache)).length > 0);
});

test("a cache whose disk is full is said once, and everything is read all the same", async () => {
  await using disk = smallDisk(await mkdtemp(join(tmpdir(), "obhut-cache-")), { sizeMiB: 1 });
  await using scene = await cacheScene({ folder: disk.path, freeBytes: async () => Number.MAX_SAFE_INTEGER });
  const files = Array.from({ length: 20 }, (_, i) => bytesOfSeed(i, 200_000));
  const storage = scene.open();
  for (const bytes of files) await storage.save(namedFile("index", bytes), bytes);
  for (const bytes of files) {
    assert.equal(Buffer.compare(await storage.load(namedFile("index", bytes)), bytes), 0);
  }
  await storage.close();
  assert.deepEqual(
    scene.notes.map(({ code }) => code),
    ["CACHE_UNUSABLE"],
  );
  assert.match(JSON.stringify(scene.notes), /obhut-cache-/);
  const [repository = ""] = (await readdir(disk.path)).filter((name) => name.length === 64);
  const left = await readdir(join(disk.path, repository));
  assert.deepEqual(left.sort(), ["CACHEDIR.TAG", "index"], "nothing half written stays");
});
