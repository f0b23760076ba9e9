/**
 * SIGKILL at any moment of a copy: stock restic finds nothing wrong with what is there, nothing in the repository that was read has changed, and
 * the next copy goes on with the packs that the killed one brought. OBHUT_SEED=N repeats the choices of a run.
 */
import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cheapenKey } from "../support/cheap-keys.ts";
import { tempFolder } from "../support/temp-folder.ts";
import {
  crashPassword,
  type Started,
  startObhut,
  startRestic,
  succeeded,
  type Workplace,
  workplaceIn,
} from "./program.ts";
import { chosenSeed, seeded } from "./seeded.ts";

const MiB = 1 << 20;
const isLong = process.env["OBHUT_LONG"] !== undefined;
const kills = isLong ? 30 : 4;
const fileBytes = (isLong ? 12 : 6) * MiB;

test(`a copy killed ${kills} times leaves whole snapshots and resumes`, async (t) => {
  const seed = chosenSeed();
  t.diagnostic(`OBHUT_SEED=${seed}`);
  const random = seeded(seed);
  await using folder = await tempFolder("kill-copy");
  const source = await workplaceIn(folder.path, path.join(folder.path, "data"));
  const target: Workplace = { ...source, repository: path.join(folder.path, "target") };
  await mkdir(source.data);
  await succeeded(startRestic(source, "init"), "restic init");
  await cheapenKey(source.repository, crashPassword);
  for (const round of [1, 2]) {
    for (let file = 0; file < 4; file++) {
      await writeFile(path.join(source.data, `${round}-${file}`), random.bytes(fileBytes));
    }
    await succeeded(startRestic(source, "backup", source.data), "restic backup");
  }
  const before = await packsIn(source);
  const copy = (): Started =>
    startObhut(target, "copy", "--from-repository", source.repository, "--to", target.repository);

  let [killed, adopted, wholeMs] = [0, 0, 0];
  while (killed < kills) {
    await rm(target.repository, { recursive: true, force: true });
    await succeeded(startRestic(target, "init"), "restic init");
    await cheapenKey(target.repository, crashPassword);
    if (wholeMs > 0) {
      const { child, ended } = copy();
      // Every other kill waits for the first pack: how long that takes is the machine's business.
      const moment = killed % 2 === 0 ? firstPack(target) : sleep(wholeMs * (0.2 + 0.8 * random.fraction()));
      await Promise.race([moment, ended]);
      child.kill("SIGKILL");
      if ((await ended).signal === "SIGKILL") killed++;
      // the lock of the dead is of no account to a reader
      await succeeded(startRestic(target, "check", "--read-data", "--no-lock"), "restic check of what the kill left");
    }
    const kept = await packsIn(target);
    const startedMs = performance.now();
    await succeeded(copy(), "the next copy");
    wholeMs = wholeMs === 0 ? performance.now() - startedMs : wholeMs * (killed === 0 ? 0.8 : 1);
    const after = new Set(await packsIn(target));
    assert.ok(kept.every((pack) => after.has(pack)));
    assert.ok(
      after.size <= before.length + 4,
      `${after.size} packs for ${before.length}, of which ${kept.length} were there`,
    );
    adopted += kept.length;
    await succeeded(startRestic(target, "check", "--read-data", "--no-lock"), "restic check of the copy");
    const listed = JSON.parse(
      await succeeded(startRestic(target, "snapshots", "--json", "--no-lock"), "restic snapshots"),
    );
    assert.equal(listed.length, 2);
  }
  t.diagnostic(`killed ${killed}, ${adopted} packs used again`);
  assert.ok(adopted > 0, "no kill came between the first pack and the last");
  assert.deepEqual(await packsIn(source), before);
  await succeeded(startRestic(source, "check", "--read-data", "--no-lock"), "restic check of the source");
});

async function firstPack(place: Workplace): Promise<void> {
  for (let tries = 0; tries < 4000 && (await packsIn(place)).length === 0; tries++) await sleep(5);
}

async function packsIn({ repository }: Workplace): Promise<readonly string[]> {
  const names = await readdir(path.join(repository, "data"), { recursive: true });
  return names
    .map((name) => path.basename(name))
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .sort();
}
