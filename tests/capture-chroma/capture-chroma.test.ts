/**
 * A real Chroma is written to without a pause, and halted in the middle of its rewrites. Each capture must open in the real
 * Chroma as a state that existed, or name the segment that could not be had. OBHUT_LONG=1 runs the full number of rounds.
 */
import assert from "node:assert/strict";
import { cp, mkdir, readdir, stat, truncate } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import type { Finding } from "../../src/base/finding-codes.ts";
import { captureInstance } from "../../src/capture/capture-instance.ts";
import type { Manifest } from "../../src/capture/manifest.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { writeEntries } from "../support/write-entries.ts";
import { ChromaVerifier, ChromaWriter } from "./chroma-processes.ts";

const long = process.env["OBHUT_LONG"] === "1";
const haltedRounds = long ? 50 : 10;
const runningRounds = long ? 20 : 4;
/** A small threshold: Chroma rewrites a segment several times a second. */
const syncThreshold = 60;

interface Taken {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly findings: readonly Finding[];
  /** Operations that may be in it: acknowledged before, begun by its end. */
  readonly first: number;
  readonly last: number;
}

async function take(dataDir: string, scratchParent: string, into: string, writer: ChromaWriter): Promise<Taken> {
  const findings: Finding[] = [];
  const first = writer.done;
  const capture = captureInstance({
    dataDir,
    clock: systemClock,
    programVersion: "test",
    scratchParent,
    parts: new Set(["vectors"]),
    patience: { databaseWaitMs: 1_000, segmentTries: 3 },
    lookForApp: false,
    onFinding: (found) => findings.push(found),
  });
  await writeEntries(capture.entries, into);
  const manifest = await capture.manifest;
  const named = findings.filter(({ code }) => code !== "SECRET_KEY_NOT_SEEN");
  return { folder: path.join(into, "open-webui/data/vector_db"), manifest, findings: named, first, last: writer.begun };
}

/** Stops the writer as soon as it has begun to rewrite a segment: the header is the first file it writes. */
async function haltInRewrite(writer: ChromaWriter, vectors: string, delayMs: number): Promise<void> {
  const headers: string[] = [];
  for (const name of await readdir(vectors)) {
    if (!name.includes(".")) headers.push(path.join(vectors, name, "header.bin"));
  }
  const times = async (): Promise<string> =>
    (await Promise.all(headers.map((file) => stat(file, { bigint: true })))).map(({ mtimeNs }) => mtimeNs).join();
  const before = await times();
  const until = performance.now() + 5_000;
  while ((await times()) === before && performance.now() < until);
  await busyWait(delayMs);
  writer.halt();
}

/** Shorter than a timer can be. */
async function busyWait(ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test(`captures of a Chroma that is being written to are exact (${runningRounds} rounds)`, async (context) => {
  await using work = await tempFolder("chroma-running");
  const vectors = path.join(work.path, "data/vector_db");
  await mkdir(vectors, { recursive: true });
  await using writer = new ChromaWriter(vectors, syncThreshold);
  await using verifier = new ChromaVerifier();
  await writer.untilDone(30);
  const held: number[] = [];
  for (let round = 1; round <= runningRounds; round++) {
    const taken = await take(path.join(work.path, "data"), work.path, path.join(work.path, `out-${round}`), writer);
    assert.deepEqual(taken.findings, [], `round ${round}`);
    held.push(taken.manifest.vectors?.longestHoldMs ?? 0);
    const verdict = await verifier.check(taken.folder, taken.first, taken.last);
    assert.ok(verdict.exact, `round ${round}: ${verdict.text}`);
    await writer.untilDone(writer.done + 5);
  }
  context.diagnostic(`Chroma was held ${held.map((ms) => Math.round(ms)).join(", ")} ms`);
});

test(`a Chroma halted while it rewrites is captured exactly, or named (${haltedRounds} rounds)`, async (context) => {
  await using work = await tempFolder("chroma-halted");
  const vectors = path.join(work.path, "data/vector_db");
  await mkdir(vectors, { recursive: true });
  await using writer = new ChromaWriter(vectors, syncThreshold);
  await using verifier = new ChromaVerifier();
  await writer.untilDone(30);
  const outcomes: string[] = [];
  for (let round = 1; round <= haltedRounds; round++) {
    // Each second one anywhere, the others inside of a rewrite, a little later each time.
    if (round % 2 === 0) {
      await busyWait(Math.random() * 60);
      writer.halt();
    } else {
      await haltInRewrite(writer, vectors, (round % 10) * 0.15);
    }
    const taken = await take(path.join(work.path, "data"), work.path, path.join(work.path, `out-${round}`), writer);
    writer.goOn();
    if (taken.findings.length > 0) {
      outcomes.push(taken.findings.map(named).join("+"));
      await everythingIsStored(vectors, taken.folder);
    } else {
      const verdict = await verifier.check(taken.folder, taken.first, taken.last);
      assert.ok(verdict.exact, `round ${round}: ${verdict.text}`);
      outcomes.push("exact");
    }
    await writer.untilDone(writer.done + 3);
  }
  context.diagnostic(outcomes.join(", "));
  assert.ok(outcomes.includes("exact"), "no round was exact: the test shows nothing");
});

function named({ code, params }: Finding): string {
  const why = "reason" in params ? params.reason : "";
  return `${code} (${typeof why === "object" ? why.code : why})`;
}

/** Named as incomplete, yet not left out. */
async function everythingIsStored(source: string, copy: string): Promise<void> {
  const files = (await readdir(source, { recursive: true })).filter((name) => !/-(journal|wal|shm)$/.test(name));
  const stored = new Set(await readdir(copy, { recursive: true }));
  assert.deepEqual(
    files.filter((name) => !stored.has(name)),
    [],
  );
}

test("the verifier refuses a torn segment, so its word counts", async () => {
  await using work = await tempFolder("chroma-control");
  const vectors = path.join(work.path, "data/vector_db");
  await mkdir(vectors, { recursive: true });
  {
    await using writer = new ChromaWriter(vectors, syncThreshold);
    await writer.untilDone(40);
    writer.halt();
    const taken = await take(path.join(work.path, "data"), work.path, path.join(work.path, "out"), writer);
    const torn = path.join(work.path, "torn");
    await cp(taken.folder, torn, { recursive: true });
    for (const name of await readdir(torn)) {
      if (!name.includes(".")) await truncate(path.join(torn, name, "index_metadata.pickle"), 100);
    }
    await using verifier = new ChromaVerifier();
    const verdict = await verifier.check(torn, taken.first, taken.last);
    assert.ok(!verdict.exact, verdict.text);
  }
});
