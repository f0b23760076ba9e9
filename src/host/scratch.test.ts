import assert from "node:assert/strict";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { systemClock } from "../base/clock.ts";
import { isObhutError } from "../base/errors.ts";
import { Scratch } from "./scratch.ts";

const clock = systemClock;

test("a scratch folder is private, and gone when it is disposed of", async () => {
  await using work = await tempFolder("scratch-test");
  {
    await using scratch = await Scratch.open({ parent: work.path, clock });
    await writeFile(join(await scratch.subfolder("a"), "x"), "x");
    assert.equal((await readdir(work.path)).length, 1);
    assert.deepEqual(await readdir(await scratch.subfolder("a")), [], "asked for again it is empty");
  }
  assert.deepEqual(await readdir(work.path), []);
});

async function leftover(parent: string, name: string, owner: object | undefined, ageMs = 0): Promise<void> {
  const folder = join(parent, `obhut-scratch-${name}`);
  await mkdir(folder);
  if (owner !== undefined) await writeFile(join(folder, "owner"), JSON.stringify(owner));
  const time = new Date(Date.now() - ageMs);
  await utimes(folder, time, time);
}

test("what dead runs left is swept, what may be somebody's is not", async () => {
  await using work = await tempFolder("scratch-test");
  await using mine = await Scratch.open({ parent: work.path, clock });
  const { readFile } = await import("node:fs/promises");
  const owner = JSON.parse(await readFile(join(mine.folder, "owner"), "utf8"));
  const dayMs = 24 * 3_600_000;
  await leftover(work.path, "dead", { ...owner, pid: 4_194_305 });
  await leftover(work.path, "reused", { ...owner, started: "1" });
  await leftover(work.path, "elsewhere", { ...owner, pidSpace: "pid:[1]" });
  await leftover(work.path, "elsewhere-old", { ...owner, pidSpace: "pid:[1]" }, 2 * dayMs);
  await leftover(work.path, "unsigned", undefined);
  await leftover(work.path, "unsigned-old", undefined, 2 * dayMs);
  await mkdir(join(work.path, "something-else"));
  await using other = await Scratch.open({ parent: work.path, clock });
  const names = new Set(await readdir(work.path));
  for (const kept of ["obhut-scratch-elsewhere", "obhut-scratch-unsigned", "something-else"])
    assert.ok(names.has(kept), kept);
  for (const gone of ["dead", "reused", "elsewhere-old", "unsigned-old"])
    assert.ok(!names.has(`obhut-scratch-${gone}`), gone);
  assert.equal(names.size, 5);
  assert.notEqual(other.folder, mine.folder);
});

test("more than the disk has is refused, with both figures", async () => {
  await using work = await tempFolder("scratch-test");
  await using scratch = await Scratch.open({ parent: work.path, clock });
  await scratch.require(1);
  await assert.rejects(scratch.require(2 ** 60), (error) => {
    return isObhutError(error, "SCRATCH_NO_SPACE") && Number(error.params.needed) > Number(error.params.free);
  });
});

test("a parent that is not there is named", async () => {
  await assert.rejects(Scratch.open({ parent: "/nonexistent/obhut", clock }), (error) =>
    isObhutError(error, "SCRATCH_FAILED"),
  );
});
