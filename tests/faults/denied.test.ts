/** A repository of which this user may not read or write a part: that is said, and what cannot be read is never taken for damaged. */
import assert from "node:assert/strict";
import { chmod, readdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { type Started, startObhutBehind, succeeded, type Workplace } from "../crash/program.ts";
import { seeded } from "../crash/seeded.ts";
import { differences, treeHashes } from "../crash/tree-hashes.ts";
import { assertNothingLost, codeOf, copyOfPristine, holedScene, packsOf } from "./holed-scene.ts";

/** Root may do everything: then it is somebody else who calls. */
const nobody = 65_534;
const asOther = process.getuid?.() === 0 ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"] : [];

/** Everybody may read and write it, but for what a test takes away. */
async function openToAll(place: Workplace, repository: string): Promise<Workplace> {
  const at = await copyOfPristine(place, repository);
  await chmod(at.root, 0o755);
  for (const file of [at.passwordFile, ...(await readdir(at.repository, { recursive: true }))]) {
    const name = path.resolve(at.repository, file);
    await chmod(name, (await readdir(name).catch(() => undefined)) === undefined ? 0o644 : 0o777);
  }
  await chmod(at.repository, 0o777);
  await chmod(at.scratch, 0o777);
  return at;
}

function startAsOther(at: Workplace, ...args: readonly string[]): Started {
  return startObhutBehind(asOther, at, ...args, "--from", at.repository, "--json");
}

test("a file that may not be read ends every repair with nothing changed, and check asks for none", async () => {
  await using scene = await holedScene(seeded(3));
  const at = await openToAll(scene.place, path.join(scene.place.root, "repository"));
  await succeeded(startAsOther(at, "snapshots"), "snapshots while all may be read");
  const [index = ""] = await readdir(path.join(at.repository, "index"));
  const packs = await packsOf(at.repository);
  const before = await treeHashes(at.repository);
  for (const file of [path.join(at.repository, "index", index), ...packs]) {
    await chmod(file, 0o000);
    const isIndex = !packs.includes(file);
    const repairs = isIndex ? [["index"], ["snapshots", "--forget"]] : [["index", "--read-all-packs"]];
    for (const repair of [...repairs, ["packs", path.basename(packs[0] ?? "")]]) {
      if (!isIndex && repair[0] === "packs" && file !== packs[0]) continue;
      assert.equal(await codeOf(startAsOther(at, "repair", ...repair)), "REPAIR_UNREADABLE", `${repair} ${file}`);
    }
    const checked = await startAsOther(at, "check", "--read-data").ended;
    assert.equal(checked.code, 3, checked.output);
    assert.doesNotMatch(checked.output, /_DAMAGED"/);
    assert.match(checked.output, /_UNREADABLE"/);
    await chmod(file, 0o644);
  }
  assert.deepEqual(differences(before, await treeHashes(at.repository)), []);
  await assertNothingLost(at, scene.wanted);
});

test("one snapshot that may not be read keeps nobody from the others, and nothing goes for it or in its place", async () => {
  await using scene = await holedScene(seeded(5));
  const at = await openToAll(scene.place, path.join(scene.place.root, "repository"));
  const before = await treeHashes(at.repository);
  const folder = path.join(at.repository, "snapshots");
  for (const name of await readdir(folder)) {
    await chmod(path.join(folder, name), 0o000);
    for (const words of [["snapshots"], ["check"], ["stats"], ["repair", "snapshots", "--forget", "--dry-run"]]) {
      const { code, output } = await startAsOther(at, ...words).ended;
      assert.equal(code, 3, output);
      assert.match(output, /"incomplete":true/);
      assert.match(output, new RegExp(`"SNAPSHOT_UNREADABLE","params":{"snapshot":"${name.slice(0, 8)}"`), output);
    }
    assert.equal(await codeOf(startAsOther(at, "prune", "--max-unused", "0")), "STORAGE_FAILED");
    assert.equal(await codeOf(startAsOther(at, "forget", name)), "STORAGE_FAILED");
    assert.equal(await codeOf(startAsOther(at, "forget", "latest")), "SNAPSHOT_UNSURE");
    await chmod(path.join(folder, name), 0o644);
  }
  await chmod(folder, 0o555);
  const [name = ""] = await readdir(folder);
  assert.equal(await codeOf(startAsOther(at, "forget", name)), "STORAGE_APPEND_ONLY");
  await chmod(folder, 0o777);
  assert.deepEqual(differences(before, await treeHashes(at.repository)), []);
  await assertNothingLost(at, scene.wanted);
});

test("a repository that may be read alone is read; what would write says so", async () => {
  await using scene = await holedScene(seeded(4));
  const at = await openToAll(scene.place, path.join(scene.place.root, "repository"));
  for (const folder of await readdir(at.repository, { recursive: true })) {
    const name = path.join(at.repository, folder);
    if ((await readdir(name).catch(() => undefined)) !== undefined) await chmod(name, 0o555);
  }
  const before = await treeHashes(at.repository);
  for (const words of [["snapshots"], ["check", "--read-data"]])
    await succeeded(startAsOther(at, ...words), words.join(" "));
  for (const words of [
    ["prune"],
    ["forget", "--keep-last", "1"],
    ["tag", "--add", "x"],
    ["rewrite", "--new-host", "x"],
    ["repair", "index"],
  ]) {
    assert.match((await codeOf(startAsOther(at, ...words))) ?? "done", /^STORAGE_(FAILED|DENIED)$/, words.join(" "));
  }
  assert.deepEqual(differences(before, await treeHashes(at.repository)), []);
});
