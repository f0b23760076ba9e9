/**
 * Death at every call of a run that changes something in a place, for each kind of copy and of place: what can be restored then is the whole
 * state of the run before or of this one, and the next run clears up and goes on.
 */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { bytePath } from "../../src/base/byte-path.ts";
import type { SnapshotId } from "../../src/base/ids.ts";
import { dataPath } from "../../src/capture/layout.ts";
import type { Manifest } from "../../src/capture/manifest.ts";
import type { CopyKind } from "../../src/plain/copy/copy-names.ts";
import { readFileList } from "../../src/plain/copy/file-list.ts";
import { makePlace } from "../../src/plain/copy/place-marker.ts";
import { localPlace } from "../../src/plain/place/local/local-place.ts";
import type { PlainPlace } from "../../src/plain/place/place.ts";
import { readCopyFiles } from "../../src/plain/read/copy-files.ts";
import { findCopies } from "../../src/plain/read/find-copies.ts";
import { StagedFile } from "../../src/plain/staging/staged-file.ts";
import type { CopyFacts } from "../../src/plain/write/copy-draft.ts";
import { openCopyTarget } from "../../src/plain/write/copy-target.ts";
import type { CopyWriter } from "../../src/plain/write/copy-writer.ts";
import { datedWriter } from "../../src/plain/write/dated-writer.ts";
import { linkedWriter } from "../../src/plain/write/linked-writer.ts";
import { mirrorWriter } from "../../src/plain/write/mirror-writer.ts";
import { parseLayout } from "../../src/plans/copy-layout.ts";
import { timeText } from "../../src/repository/format/time-text.ts";
import type { SourceEntry } from "../../src/repository/source-entry.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { Death, dyingPlace } from "./dying-place.ts";

type State = Readonly<Record<string, string>>;

/** A database that changes, uploads that come, go and change, segments of vectors. */
const first: State = {
  "webui.db": "database of the first run",
  "vector_db/chroma.sqlite3": "vectors of the first run",
  "vector_db/s/data.bin": "segment",
  "uploads/a": "kept",
  "uploads/b": "goes away",
  "uploads/c": "changes",
};
const second: State = {
  "webui.db": "database of the second run, longer",
  "vector_db/chroma.sqlite3": "vectors of the second run",
  "vector_db/s/data.bin": "segment",
  "vector_db/t/data.bin": "another segment",
  "uploads/a": "kept",
  "uploads/c": "has changed",
  "uploads/d": "is new",
};
const third: State = { ...second, "webui.db": "database of the third run, longest of all", "uploads/e": "newest" };

const signal = new AbortController().signal;
const layout = parseLayout({ text: "data", secrets: false }) ?? [];
const manifest = {
  findings: [],
  parts: ["database", "vectors", "uploads", "rest"].map((part) => ({ part })),
  counts: {},
  databases: [],
} as unknown as Manifest;

function entriesOf(state: State): readonly { readonly entry: SourceEntry; readonly bytes: Buffer }[] {
  return Object.entries(state).map(([path, text]) => {
    const bytes = Buffer.from(text);
    // Another content has another time.
    const mtimeNs =
      1_600_000_000_000_000_000n +
      BigInt(createHash("sha256").update(bytes).digest().readUInt16BE()) * 1_000_000_000_000n;
    const meta = {
      kind: "file",
      mode: 0o600,
      mtimeNs,
      atimeNs: 0n,
      ctimeNs: mtimeNs,
      uid: 0,
      gid: 0,
      user: "",
      group: "",
      inode: 1n,
      deviceId: 1n,
      sizeBytes: bytes.length,
      links: 1,
    } as const;
    const changes = path.startsWith("uploads") ? "whole" : "in-place";
    return {
      bytes,
      entry: { path: dataPath(bytePath(path)), meta, content: { kind: "bytes", bytes }, changes, pinned: true },
    };
  });
}

interface Scene {
  readonly kind: CopyKind;
  readonly scratch: string;
}

async function run(place: PlainPlace, state: State, { kind, scratch }: Scene): Promise<void> {
  const nowMs = Date.now();
  const target = await openCopyTarget(place, { kind, dryRun: false, hostname: "other", nowMs, signal });
  const facts: CopyFacts = {
    instance: "i",
    tags: [],
    program: "obhut",
    time: timeText(new Date(nowMs).toISOString()) ?? assert.fail(),
    timeMs: nowMs,
    id: randomBytes(32).toString("hex") as SnapshotId,
    layout,
    layoutName: "data",
    excludes: [],
    random: (bytes) => randomBytes(bytes),
  };
  const packed = bytePath("vector_db");
  let writer: CopyWriter;
  if (kind === "mirror")
    writer = mirrorWriter(target, facts, {
      acceptLosses: false,
      keepDeleted: true,
      transfers: 3,
      checkers: 2,
      onError: "stop",
    });
  else if (kind === "dated") writer = await datedWriter(target, facts, { packed, format: "gz", keep: 1, scratch });
  else writer = await linkedWriter(target, facts, place.link === undefined ? "copy" : "hardlink");
  for (const { entry, bytes } of entriesOf(state)) {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const staged = new StagedFile({ meta: entry.meta, sha256, bytes }, () => undefined);
    await writer.write(entry, writer.needs(entry) ? staged : undefined);
  }
  await writer.finish(manifest);
  await target[Symbol.asyncDispose]();
}

/** What the newest copy gives back; each file proven by its sum. */
async function restored(place: PlainPlace, kind: CopyKind): Promise<State> {
  const { copies } = await findCopies(place, kind, signal);
  const copy = copies.at(-1) ?? assert.fail("no whole copy is left");
  const { entries } = await readFileList(place, copy.folder, copy.record, signal);
  const state: Record<string, string> = {};
  await readCopyFiles({
    place,
    copy,
    entries: entries.filter((entry) => entry.kind === "file"),
    signal,
    lost: ({ path }, reason) => assert.fail(`${path} is lost: ${JSON.stringify(reason)}`),
    take: async ({ path, sha256 }, parts) => {
      const bytes = Buffer.concat(await Array.fromAsync(parts));
      assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256, path);
      state[path.slice("/open-webui/data/".length)] = bytes.toString();
    },
  });
  return state;
}

/** The file that says who is at work names this process, which lives on. */
async function declareDead(folder: string): Promise<void> {
  const path = join(folder, "obhut-run.json");
  const owner = await readFile(path, "utf8").catch(() => undefined);
  if (owner !== undefined) await writeFile(path, JSON.stringify({ ...JSON.parse(owner), pid: 4_194_305 }));
}

const byName = (state: State) => Object.entries(state).sort();

for (const kind of ["mirror", "dated", "linked"] as const) {
  for (const style of ["folders", "store"] as const) {
    it(`a ${kind} copy in a place of ${style}`, async (t) => {
      await using temp = await tempFolder("crash");
      const scene = { kind, scratch: temp.path };
      let [olds, news] = [0, 0];
      for (let dieAt = 0; ; dieAt++) {
        const folder = join(temp.path, `place-${dieAt}`);
        const local = (): PlainPlace => localPlace(folder);
        const never = (): PlainPlace => dyingPlace(local(), Number.POSITIVE_INFINITY, style).place;
        await makePlace(never(), { kind, id: "i", made: "now" });
        await run(never(), first, scene);
        const dying = dyingPlace(local(), dieAt, style);
        let ended = true;
        await run(dying.place, second, scene).catch((error: unknown) => {
          if (!(error instanceof Death)) throw error;
          ended = false;
        });
        const found = byName(await restored(never(), kind));
        const isNew = found.length === byName(second).length;
        assert.deepEqual(found, byName(isNew ? second : first), `died at call ${dieAt}`);
        if (isNew) news += 1;
        else olds += 1;
        await declareDead(folder);
        await run(never(), third, scene);
        assert.deepEqual(byName(await restored(never(), kind)), byName(third), `after death at call ${dieAt}`);
        const left = (await readdir(folder, { recursive: true })).filter((path) =>
          /incomplete|unfinished|obhut-next|obhut-run|-tmp/.test(path),
        );
        assert.deepEqual(left, [], `after death at call ${dieAt}`);
        if (ended && !dying.isDead()) break;
      }
      t.diagnostic(`${olds} deaths left the state before, ${news} the new one`);
      assert.ok(olds > 5 && news > 0);
    });
  }
}
