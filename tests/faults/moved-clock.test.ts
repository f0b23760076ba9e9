/** A machine whose clock is wrong: backups are made, locks hold, and no good snapshot goes for one whose time is not true. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { type CrashScene, crashScene } from "../crash/crash-scene.ts";
import { type Started, startObhut, startObhutBehind, startRestic, succeeded } from "../crash/program.ts";
import { newNames } from "../crash/repository-state.ts";
import { codeOf } from "./holed-scene.ts";
import { startBackupBehind } from "./start-backup-behind.ts";

const run = promisify(execFile);

/** Debian's faketime, without the process that it puts in front: the program and its children live that much later, or earlier. */
function at(offset: string): readonly string[] {
  const library = "/usr/$LIB/faketime/libfaketime.so.1";
  return ["env", `LD_PRELOAD=${library}`, `FAKETIME=${offset}`, "FAKETIME_DONT_FAKE_MONOTONIC=1"];
}

async function backUpAt(scene: CrashScene, front: readonly string[]): Promise<string> {
  await scene.change(1);
  const before = await scene.state();
  await succeeded(startBackupBehind(front, scene.place), `backup behind ${front.join(" ")}`);
  await scene.assertNobodyLeft();
  const [id = "none"] = newNames(before.snapshots, (await scene.state()).snapshots);
  await scene.history.add(id);
  return id;
}

test("a program behind it lives in another time", async () => {
  const { stdout } = await run("env", [...at("+366d").slice(1), "date", "+%s"]);
  assert.ok(Math.abs(Number(stdout) - Date.now() / 1000 - 366 * 86_400) < 60);
});

test("clocks that jump years ahead and back cost no snapshot that was good", async () => {
  await using scene = await crashScene({ seed: 11, notes: 2 });
  const { place, history } = scene;
  const forget = (front: readonly string[], ...rules: readonly string[]): Started =>
    startObhutBehind(front, place, "forget", "--from", place.repository, "--json", ...rules);
  const past = await backUpAt(scene, at("-400d"));
  const future = await backUpAt(scene, at("+900d"));
  const now = await backUpAt(scene, []);
  const said = await succeeded(forget([], "--keep-last", "1", "--prune"), "forget");
  assert.match(said, /SNAPSHOT_IN_FUTURE/);
  const left = (await scene.state()).snapshots;
  assert.ok(left.has(now), "the newest of today stays");
  assert.ok(!left.has(past), "what the rule does not keep goes");
  assert.ok(left.has(future), "what is from the future is left alone");
  // A clock that is back where it was years ago takes all there is for the future, and removes none of it.
  await succeeded(forget(at("-2000d"), "--keep-within", "1d"), "forget long ago");
  assert.deepEqual((await scene.state()).snapshots, left);
  // Far in the future all of it is old: the newest complete one stays whatever the rule says.
  await succeeded(forget(at("+5000d"), "--keep-within", "1d"), "forget in the far future");
  const last = [...(await scene.state()).snapshots];
  assert.equal(last.length, 1);
  await history.assertRestores(last[0] ?? "");
  await succeeded(startRestic(place, "check", "--read-data"), "restic check");
});

test("the lock of somebody whose clock is ahead or behind counts, and unlock with the right clock knows which are old", async () => {
  await using scene = await crashScene({ seed: 12, notes: 2 });
  const { place } = scene;
  for (const offset of ["+300d", "-300d"]) {
    await scene.change(2);
    const { child, ended } = startBackupBehind(at(offset), place);
    while ((await scene.state()).locks.size === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await ended;
    await scene.assertNobodyLeft();
    const prune = startObhut(place, "prune", "--from", place.repository, "--json");
    assert.equal(await codeOf(prune), "REPOSITORY_LOCKED", offset);
    // A shared lock keeps nobody from storing.
    await scene.finish();
    await succeeded(startObhut(place, "unlock", "--from", place.repository), "unlock");
    const { locks } = await scene.state();
    assert.equal(
      locks.size,
      offset.startsWith("+") ? 1 : 0,
      `${offset}: one that is from the future may be somebody's who works`,
    );
    await succeeded(startObhut(place, "unlock", "--remove-all", "--from", place.repository), "unlock --remove-all");
    await succeeded(startObhut(place, "prune", "--from", place.repository), "prune");
  }
  await succeeded(startRestic(place, "check", "--read-data"), "restic check");
});
