/** The script of a reading thread: ranges of files in, packs and lists of ids out. */
import { workerData } from "node:worker_threads";
import { reasonOf, systemCode } from "../../base/errors.ts";
import { pageMemory } from "../../host/direct-io.ts";
import { masterKeyOf } from "../format/crypto.ts";
import { idBytes } from "../format/hex.ts";
import type { FilledPack } from "../packs/filled-pack.ts";
import { PackFiller, packBufferBytes } from "../packs/pack-filler.ts";
import { note, serveTasks } from "../workers/serve-tasks.ts";
import { KnownBlobs } from "./known-blobs.ts";
import { PieceStorer } from "./piece-storer.ts";
import { RangeReader } from "./range-reader.ts";
import type { JobResult, ReaderData, ReadJob, ReadResult, ReadTask, TellReader } from "./read-task.ts";

const { targets, known, dryRun } = workerData as ReaderData;
const freeBuffers: SharedArrayBuffer[] = [];

const fillers = targets.map(
  ({ masterKey, nonceStart }, target) =>
    new PackFiller({ target, key: masterKeyOf(masterKey), nonceStart, dryRun, emit, takeBuffer }),
);
const storer = new PieceStorer(
  targets.map(({ compresses }, target) => ({ filler: fillers[target] as PackFiller, compresses })),
  KnownBlobs.of(known),
);
const reader = new RangeReader();

serveTasks<ReadTask, ReadResult, TellReader>({
  run(task) {
    if (task.kind === "read") return task.jobs.map((job) => readJob(job, task.targets));
    for (const filler of fillers) filler.flush();
    return [];
  },
  told(message) {
    if (message.kind === "buffer") freeBuffers.push(message.buffer);
    else storer.known = KnownBlobs.of(message.known);
  },
});

function readJob(job: ReadJob, wanted: number): JobResult {
  try {
    const { bytes, stamps } = reader.read(job);
    const ids = new Uint8Array(Math.ceil(bytes.length / job.pieceBytes) * idBytes);
    for (let piece = 0; piece * job.pieceBytes < bytes.length; piece++) {
      const from = piece * job.pieceBytes;
      storer.store(bytes.subarray(from, from + job.pieceBytes), wanted, ids, piece * idBytes);
    }
    return { kind: "read", ids, bytes: bytes.length, ...(stamps === undefined ? {} : { stamps }) };
  } catch (error) {
    // The system's errors belong to this file; anything else is a fault of ours and ends the backup.
    if (systemCode(error) === undefined) throw error;
    return { kind: "failed", code: systemCode(error), message: reasonOf(error) };
  }
}

function emit(pack: FilledPack): void {
  note(pack);
}

function takeBuffer(): SharedArrayBuffer {
  return freeBuffers.pop() ?? pageMemory(packBufferBytes);
}
