/**
 * SIGKILL in the middle of a run that writes a mirror, a dated and a linked copy at once: of each, what can be restored is one moment of the
 * instance, the newest that was whole or the one of the killed run, and the next run clears up behind it. OBHUT_SEED=N repeats the choices of a run.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Started, startObhut, workplaceIn } from "../crash/program.ts";
import { chosenSeed, seeded } from "../crash/seeded.ts";
import { type CopyScene, copyScene, sqlite } from "./copy-scene.ts";

const kills = process.env["OBHUT_LONG"] === undefined ? 3 : 20;
const kinds = ["mirror", "dated", "linked"] as const;
type Kind = (typeof kinds)[number];

test(`each kind of copy survives ${kills} kills`, async (t) => {
  const seed = chosenSeed();
  t.diagnostic(`OBHUT_SEED=${seed}`);
  const random = seeded(seed);
  await using scene = await copyScene();
  const work = await workplaceIn(scene.at("work"), scene.data);
  const to = kinds.flatMap((kind) => ["--to", `${kind}:${scene.at(kind)}`]);
  await scene.done("init", ...to);
  const start = (): Started => startObhut(work, "backup", "--data", scene.data, "--trash", "--keep-last", "2", ...to);
  let whole = 1;
  await change(scene, whole);
  const begunMs = performance.now();
  assert.equal((await start().ended).code, 0);
  let takesMs = performance.now() - begunMs;
  const hits = new Map<Kind, number>(kinds.map((kind) => [kind, 0]));
  const missing = (): boolean => [...hits.values()].some((count) => count < kills);
  for (let number = 2; missing(); number++) {
    assert.ok(number < kills * 8 + 10, `the kills come too late or too early: ${JSON.stringify([...hits])}`);
    await change(scene, number);
    const { child, ended } = start();
    await Promise.race([sleep(takesMs * (0.3 + 0.7 * random.fraction())), ended]);
    child.kill("SIGKILL");
    const { code } = await ended;
    // It was quicker than it could be killed.
    if (code === 0) takesMs *= 0.9;
    for (const kind of kinds) {
      if (existsSync(scene.at(kind, "obhut-run.json"))) hits.set(kind, (hits.get(kind) ?? 0) + 1);
      const found = await restoredNumber(scene, kind);
      assert.ok(found === whole || found === number, `${kind}: ${found}, neither ${whole} nor ${number}`);
      if (code === 0) assert.equal(found, number, kind);
    }
    if (code === 0) whole = number;
    else whole = await finish(scene, { number, start });
  }
  t.diagnostic(`killed at work: ${[...hits].map(([kind, count]) => `${kind} ${count}`).join(", ")}`);
});

/** Makes the database and an upload say the same number. */
async function change(scene: CopyScene, number: number): Promise<void> {
  const database = new DatabaseSync(`${scene.data}/webui.db`);
  database.exec(
    `CREATE TABLE IF NOT EXISTS number (n INTEGER); DELETE FROM number; INSERT INTO number VALUES (${number})`,
  );
  database.close();
  await writeFile(`${scene.data}/uploads/number.txt`, String(number));
  await writeFile(`${scene.data}/uploads/new-${number}.txt`, "one that was not there before");
}

/** Of the newest copy: every file proven, every database opened, and all of them of one moment. */
async function restoredNumber(scene: CopyScene, kind: Kind): Promise<number> {
  const target = scene.at(`restored-${kind}`);
  await scene.done("restore", "latest", "--from", `${kind}:${scene.at(kind)}`, "--target", target, "--overwrite");
  const [ok, inDatabase = ""] = sqlite(`${target}/webui.db`, "SELECT n FROM number");
  assert.equal(ok, "ok");
  assert.equal(await readFile(`${target}/uploads/number.txt`, "utf8"), inDatabase, `${kind}: of two moments`);
  return Number(inDatabase);
}

/** What the next run makes of it. */
async function finish(
  scene: CopyScene,
  { number, start }: { readonly number: number; readonly start: () => Started },
): Promise<number> {
  const { code, output } = await start().ended;
  assert.equal(code, 0, output);
  for (const kind of kinds) {
    assert.equal(await restoredNumber(scene, kind), number, kind);
    const left = (await readdir(scene.at(kind), { recursive: true })).filter((path) =>
      /incomplete_|obhut-next|obhut-run|\.obhut-tmp/.test(path),
    );
    assert.deepEqual(left, [], kind);
  }
  return number;
}
