/** The script of a reading thread: ranges of files in, packs and lists of ids out. */
import { workerData } from "node:worker_threads";
import { reasonOf, systemCode } from "../../base/errors.ts";
import { masterKeyOf } from "../format/crypto.ts";
import { idBytes } from "../format/hex.ts";
import type { FilledPack } from "../packs/filled-pack.ts";
import { PackFiller } from "../packs/pack-filler.ts";
import { PackMemory } from "../packs/pack-memory.ts";
import { note, serveTasks } from "../workers/serve-tasks.ts";
import { KnownBlobs } from "./known-blobs.ts";
import { PieceStorer } from "./piece-storer.ts";
import { RangeReader } from "./range-reader.ts";
import type { JobResult, ReaderData, ReadJob, ReadResult, ReadTask, TellReader } from "./read-task.ts";

const { targets, known, dryRun, packsAtOnce } = workerData as ReaderData;
const memory = new PackMemory(packsAtOnce);

const storer = new PieceStorer(
  targets.map(({ masterKey, nonceStart, compresses }, target) => {
    const [key, takeBuffer] = [masterKeyOf(masterKey), () => memory.take()];
    return { filler: new PackFiller({ target, key, nonceStart, dryRun, emit, takeBuffer }), compresses };
  }),
  KnownBlobs.of(known),
  () => memory.untilFew(),
);
const reader = new RangeReader();

serveTasks<ReadTask, ReadResult, TellReader>({
  async run(task) {
    if (task.kind === "read") return await readJobs(task.jobs, task.targets);
    await storer.seal("all");
    return [];
  },
  told(message) {
    if (message.kind === "buffer") memory.giveBack(message.buffer);
    else storer.known = KnownBlobs.of(message.known);
  },
});

async function readJobs(jobs: readonly ReadJob[], wanted: number): Promise<JobResult[]> {
  const results: JobResult[] = [];
  for (const job of jobs) results.push(await readJob(job, wanted));
  return results;
}

async function readJob(job: ReadJob, wanted: number): Promise<JobResult> {
  try {
    const { bytes, stamps } = reader.read(job);
    const ids = new Uint8Array(Math.ceil(bytes.length / job.pieceBytes) * idBytes);
    for (let piece = 0; piece * job.pieceBytes < bytes.length; piece++) {
      const from = piece * job.pieceBytes;
      const part = bytes.subarray(from, from + job.pieceBytes);
      if (!storer.hasRoomFor(part.length)) await storer.seal();
      storer.store(part, wanted, ids, piece * idBytes);
    }
    return { kind: "read", ids, bytes: bytes.length, ...(stamps === undefined ? {} : { stamps }) };
  } catch (error) {
    // The system's errors belong to this file; anything else is a fault of ours and ends the backup.
    if (systemCode(error) === undefined) throw error;
    return { kind: "failed", code: systemCode(error), message: reasonOf(error) };
  }
}

function emit(pack: FilledPack): void {
  memory.passedOn(pack);
  note(pack);
}
