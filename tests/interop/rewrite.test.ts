/** What `obhut rewrite` makes of a snapshot is what `restic rewrite` makes of it: the same trees, down to the byte. */
import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { type ObhutRun, obhut } from "../cli/run-obhut.ts";
import { cheapenKey, makeRepository } from "../support/cheap-keys.ts";
import { makeOddFolder } from "../support/odd-folder.ts";
import { debianRestic, newestRestic, type Restic, testPassword } from "../support/restic.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

interface ShownSnapshot {
  readonly id: string;
  readonly tree: string;
  readonly original?: string;
  readonly tags?: readonly string[];
  readonly hostname: string;
  readonly time: string;
  readonly summary?: object;
}

async function snapshotsIn(path: string): Promise<readonly ShownSnapshot[]> {
  return JSON.parse(await newestRestic.run(path, "snapshots", "--json"));
}

async function rewrite(path: string, ...words: string[]): Promise<ObhutRun> {
  const done = await obhut(["rewrite", "-r", path, ...words], { env: { OBHUT_PASSWORD: testPassword } });
  assert.equal(done.code, 0, done.stderr);
  return done;
}

const choices: readonly (readonly string[])[] = [
  ["--exclude", "big.bin"],
  ["--exclude", "er/and", "--exclude", "small*", "--exclude", "!small 1"],
  ["--iexclude", "BIG.*", "--exclude", "text"],
  ["--exclude", "deep/**/deeper", "--forget"],
  ["--exclude", "*"],
];

const makers: readonly { readonly name: string; readonly make: (path: string, source: string) => Promise<void> }[] = [
  { name: newestRestic.name, make: (path, source) => byRestic(newestRestic, path, source) },
  { name: debianRestic.name, make: (path, source) => byRestic(debianRestic, path, source) },
  { name: "Obhut", make: byObhut },
];

/** What 0.14 writes of a link that is no UTF-8 no restic writes back: see below. */
const oddLink = "odd target";

async function byRestic(restic: Restic, path: string, source: string): Promise<void> {
  await restic.run(path, "init");
  await cheapenKey(path, testPassword);
  await restic.run(path, "backup", source);
}

async function byObhut(path: string, source: string): Promise<void> {
  await storeFolder(await makeRepository(path, testPassword), source);
}

for (const { name, make } of makers) {
  it(`${name}'s snapshot becomes the same as with restic, whatever is left out`, async () => {
    await using folder = await tempFolder("interop-rewrite");
    const at = (part: string): string => join(folder.path, part);
    await makeOddFolder(at("source"));
    if (name === debianRestic.name) await rm(join(at("source"), oddLink));
    await make(at("repo"), at("source"));
    for (const [number, words] of choices.entries()) {
      const [ours, theirs] = [at(`ours ${number}`), at(`theirs ${number}`)];
      await cp(at("repo"), ours, { recursive: true });
      await cp(at("repo"), theirs, { recursive: true });
      await rewrite(ours, ...words);
      await newestRestic.run(theirs, "rewrite", ...words);
      const [made, expected] = [await snapshotsIn(ours), await snapshotsIn(theirs)];
      assert.deepEqual(comparable(made), comparable(expected), words.join(" "));
      await newestRestic.run(ours, "check", "--read-data");
    }
  });
}

/** Without the ids, which are of sealed files. */
function comparable(snapshots: readonly ShownSnapshot[]): readonly object[] {
  const shown = snapshots.map(({ tree, original, tags, hostname, time, summary }) => {
    return { tree, original, tags, hostname, time, summary };
  });
  return shown.sort((a, b) => (a.tree < b.tree ? -1 : 1));
}

it("a folder that restic refuses to write back is refused here too, and nothing is changed", async () => {
  await using folder = await tempFolder("interop-rewrite");
  const [path, source] = [join(folder.path, "repo"), join(folder.path, "source")];
  await makeOddFolder(source);
  await byRestic(debianRestic, path, source);
  const words = ["rewrite", "--exclude", "big.bin", "--forget"];
  await assert.rejects(newestRestic.run(path, ...words), /without losing information/);
  const { code, stderr } = await obhut([...words, "-r", path], { env: { OBHUT_PASSWORD: testPassword } });
  assert.equal(code, 3);
  assert.match(stderr, /cannot write back unchanged/);
  assert.equal((await snapshotsIn(path)).length, 1);
});

it("host and time become others as restic makes them, and nothing is done twice", async () => {
  await using folder = await tempFolder("interop-rewrite");
  const [path, source] = [join(folder.path, "repo"), join(folder.path, "source")];
  await makeOddFolder(source);
  await byRestic(newestRestic, path, source);
  const words = ["--new-host", "elsewhere", "--new-time", "2025-01-02T03:04:05Z"];
  const dry = await rewrite(path, ...words, "--dry-run");
  assert.match(dry.text, /Would rewrite: +1 snapshot;/);
  assert.equal((await snapshotsIn(path)).length, 1);
  await rewrite(path, ...words);
  const [made, old] = await snapshotsIn(path);
  assert.equal(made?.original, old?.id);
  assert.deepEqual(
    [made?.hostname, made?.tags, Date.parse(made?.time ?? "")],
    ["elsewhere", ["rewrite"], 1_735_787_045_000],
  );
  assert.equal(made?.tree, old?.tree);
  assert.match((await rewrite(path, ...words)).text, /Rewritten: +0 snapshots; 2 needed no change/);
  await rewrite(path, ...words, "--forget", old?.id ?? "");
  const left = await snapshotsIn(path);
  assert.deepEqual(
    left.map(({ hostname }) => hostname),
    ["elsewhere", "elsewhere"],
  );
});
