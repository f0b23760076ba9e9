/** `obhut forget` and `obhut tag` through the real program. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { SnapshotId } from "../../src/base/ids.ts";
import { initRepository } from "../../src/repository/init-repository.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import { cheapKdf, testActor } from "../support/actor.ts";
import { saveSnapshot } from "../support/snapshot-files.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { type JsonLine, type ObhutRun, obhut } from "./run-obhut.ts";

let folder: TempFolder;
let repository: string;
let ids: readonly SnapshotId[];

beforeEach(async () => {
  folder = await tempFolder("cli-forget");
  repository = path.join(folder.path, "r");
  const repo = await initRepository(localStorage(repository), { password: "p", actor: testActor(), kdf: cheapKdf });
  const made: SnapshotId[] = [];
  for (const day of [1, 2, 3, 4]) {
    const facts = { time: `2025-11-0${day}T03:00:00Z`, tags: day === 2 ? ["keep"] : [] };
    made.push(await saveSnapshot(repo, facts));
  }
  ids = made;
});

afterEach(async () => await folder[Symbol.asyncDispose]());

async function run(...words: string[]): Promise<ObhutRun> {
  const env = { OBHUT_PASSWORD: "p", OBHUT_REPOSITORY: repository, TZ: "UTC" };
  return await obhut(words, { env, cwd: folder.path });
}

async function stored(): Promise<string[]> {
  return (await readdir(path.join(repository, "snapshots"))).sort();
}

function summaryOf({ json }: ObhutRun): JsonLine {
  const last = json.at(-1);
  assert.equal(last?.type, "summary", JSON.stringify(last));
  return last as JsonLine;
}

test("a table says for each snapshot whether it stays and why, in both languages; a dry run removes nothing", async () => {
  const words = ["forget", "--keep-last", "1", "--keep-tag", "keep", "--dry-run"];
  const english = await run(...words);
  assert.equal(english.code, 0, english.stderr);
  const short = ids.map((id) => id.slice(0, 8));
  assert.match(english.text, /^chat, \/data:$/m);
  assert.match(english.text, new RegExp(`^${short[0]}  2025-11-01 03:00:00 +remove$`, "m"));
  assert.match(english.text, new RegExp(`^${short[1]}  2025-11-02 03:00:00  keep  keep +tag keep$`, "m"));
  assert.match(english.text, new RegExp(`^${short[3]}  2025-11-04 03:00:00 +keep +last, newest complete$`, "m"));
  assert.match(english.text, /^Would remove: +2$/m);
  const german = await run(...words, "--lang", "de");
  assert.match(german.text, new RegExp(`^${short[0]} .* geht$`, "m"));
  assert.match(german.text, /bleibt +einer der letzten, neuester vollständiger$/m);
  assert.deepEqual(await stored(), [...ids].sort());
});

test("JSON has each decision with its reasons, and the figures", async () => {
  const done = await run("forget", "-d", "2", "--json");
  assert.equal(done.code, 0, done.stderr);
  const decisions = done.json.filter(({ type }) => type === "decision");
  assert.deepEqual(
    decisions.map(({ id, keep, reasons }) => [id, keep, reasons]),
    [
      [ids[0], false, []],
      [ids[1], false, []],
      [ids[2], true, ["daily snapshot"]],
      [ids[3], true, ["daily snapshot", "newest complete"]],
    ],
  );
  const { kept, removed, failed, dryRun } = summaryOf(done);
  assert.deepEqual([kept, removed, failed, dryRun], [2, 2, 0, false]);
  assert.deepEqual(await stored(), [...ids.slice(2)].sort());
});

test("what is not understood is said, and removes nothing", async () => {
  const wrong: readonly (readonly [words: readonly string[], sentence: RegExp])[] = [
    [["forget"], /No rule says what to keep/],
    [["forget", "--keep-daily", "0"], /No rule says what to keep/],
    [["forget", "--keep-daily=-2"], /--keep-daily is -2/],
    [["forget", "--keep-within", "3w"], /--keep-within is 3w, but takes years, months, days and hours/],
    [["forget", "--keep-last", "1", "--group-by", "user"], /--group-by is user/],
    [["forget", ids[0] ?? "", "--keep-last", "1"], /--keep-last would have no effect/],
    [["forget", ids[0] ?? "", "--tag", "keep"], /--tag would have no effect/],
    [["forget", "--keep-tag", "none"], /would keep none of the 4 snapshots of chat, \/data/],
    [["forget", ...ids], /is the last complete snapshot of chat/],
    [["tag"], /--add, --remove or --set/],
    [["tag", "--set", "a", "--add", "b"], /--set and --add were both given/],
  ];
  for (const [words, sentence] of wrong) {
    const { code, stderr } = await run(...words);
    assert.equal(code, 1, words.join(" "));
    assert.match(stderr, sentence);
  }
  assert.deepEqual(await stored(), [...ids].sort());
});

test("one group of all, filters, and named snapshots", async () => {
  const grouped = await run("forget", "--group-by", "", "--keep-last=unlimited", "--dry-run");
  assert.match(grouped.text, /^ID +Time +Instance +Tags/m);
  assert.equal(summaryOf(await run("forget", "--tag", "keep", "--unsafe-allow-remove-all", "--json"))["removed"], 1);
  assert.equal(summaryOf(await run("forget", "--path", "/other", "--keep-last", "1", "--json"))["kept"], 0);
  assert.equal((await run("forget", ids[0]?.slice(0, 10) ?? "", "@2025-11-03")).code, 0);
  assert.deepEqual(await stored(), ids.slice(3));
});

test("tags are added, taken away and replaced; ids change, contents do not", async () => {
  const tagged = await run("tag", ids[0] ?? "", "--add", "a,b", "--add", "c", "--json");
  assert.equal(tagged.code, 0, tagged.stderr);
  const [change] = tagged.json.filter(({ type }) => type === "tagged");
  assert.deepEqual([change?.["old"], change?.["tags"]], [ids[0], ["a", "b", "c"]]);
  assert.deepEqual([summaryOf(tagged)["changed"], summaryOf(tagged)["unchanged"]], [1, 0]);
  const listed = await run("snapshots", "--tag", "b", "--json");
  const [snapshot] = listed.json.filter(({ type }) => type === "snapshot");
  assert.deepEqual([snapshot?.["id"], snapshot?.["original"]], [change?.["snapshot"], ids[0]]);
  const emptied = await run("tag", "--set", "");
  assert.match(emptied.text, /^Changed: +2$/m);
  assert.match(emptied.text, /^As before: +2$/m);
  assert.equal(summaryOf(await run("snapshots", "--json"))["snapshots"], 4);
});

test("a prune that cannot be done says so beside what was removed, in both languages", async () => {
  // What the other snapshots need was never stored.
  const english = await run("forget", ids[0] ?? "", "--prune", "--json");
  assert.equal(english.code, 3, english.stderr);
  const told = english.json.filter(({ type }) => type === "error");
  assert.deepEqual(
    told.map(({ code }) => code),
    ["PRUNE_BLOB_MISSING"],
  );
  const { removed, pruneFailed, incomplete } = summaryOf(english);
  assert.deepEqual({ removed, pruneFailed, incomplete }, { removed: 1, pruneFailed: true, incomplete: true });
  assert.deepEqual(await stored(), ids.slice(1).sort());
  const german = await run("forget", ids[1] ?? "", "--prune", "--lang", "de");
  assert.equal(german.code, 3, german.stderr);
  assert.match(german.stderr, /Es wurde nichts aufgeräumt\./);
  assert.match(german.text, /^Entfernt: +1$/m);
  assert.deepEqual(await stored(), ids.slice(2).sort());
});
