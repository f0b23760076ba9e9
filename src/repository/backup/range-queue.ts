/**
 * Hands ranges of files to the reading threads. Small files travel together; big ones are spread over all threads; nothing is
 * taken faster than it is stored.
 */
import { MiB } from "../../base/limits.ts";
import type { FilledPack } from "../packs/filled-pack.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";
import type { KnownBlobs } from "./known-blobs.ts";
import type { JobResult, ReadJob, ReadResult, ReadTask, TellReader } from "./read-task.ts";

export type ReaderPool = WorkerPool<ReadTask, ReadResult, FilledPack, TellReader>;

const batchBytes = 4 * MiB;
const batchJobs = 64;

interface Waiting {
  readonly job: ReadJob;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

export class RangeQueue {
  readonly #pool: ReaderPool;
  readonly #known: KnownBlobs;
  /** Bits of the destinations that still take part. */
  readonly #targets: () => number;
  #batch: Waiting[] = [];
  #batchBytes = 0;
  /** Pieces that batches under way may still add to the table. */
  #reserved = 0;
  readonly #underWay = new Set<Promise<void>>();
  #dispatched: Promise<void> = Promise.resolve();

  constructor(pool: ReaderPool, known: KnownBlobs, targets: () => number) {
    this.#pool = pool;
    this.#known = known;
    this.#targets = targets;
    pool.onIdle = () => this.#send();
  }

  /** Resolves when more may be submitted. */
  async ready(): Promise<void> {
    await this.#dispatched;
    await this.#pool.untilQueuedBelow(this.#pool.size);
  }

  /** The range's pieces, stored. Rejects only where the whole backup must end. */
  submit(job: ReadJob): Promise<JobResult> {
    const { promise, resolve, reject } = Promise.withResolvers<JobResult>();
    this.#batch.push({ job, resolve, reject });
    this.#batchBytes += job.length;
    const full = this.#batchBytes >= batchBytes || this.#batch.length >= batchJobs;
    if (full || this.#pool.hasIdleWorker) this.#send();
    return promise;
  }

  #send(): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#dispatched = this.#dispatched.then(() => this.#dispatch(batch));
  }

  async #dispatch(batch: readonly Waiting[]): Promise<void> {
    const pieces = batch.reduce((sum, { job }) => sum + Math.ceil(job.length / job.pieceBytes), 0);
    if (this.#known.room < this.#reserved + pieces) await this.#growTable(pieces);
    this.#reserved += pieces;
    const done: Promise<void> = this.#run(batch).finally(() => {
      this.#reserved -= pieces;
      this.#underWay.delete(done);
    });
    this.#underWay.add(done);
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const jobs = batch.map(({ job }) => job);
      const results = await this.#pool.run({ kind: "read", jobs, targets: this.#targets() });
      for (const [i, { resolve, reject }] of batch.entries()) {
        const result = results[i];
        if (result === undefined) reject(new Error("a worker lost a result"));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** The table is copied while no thread works with it. */
  async #growTable(pieces: number): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    if (this.#known.room >= pieces) return;
    this.#known.grow(pieces);
    for (let worker = 0; worker < this.#pool.size; worker++) {
      this.#pool.tell(worker, { kind: "known", known: this.#known.memory });
    }
  }
}

/** Lists of ids, one behind the other. */
export function joinIds(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const ids = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    ids.set(part, at);
    at += part.length;
  }
  return ids;
}
