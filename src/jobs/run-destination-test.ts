/**
 * Tries what a repository needs of a place: to be reached, written, read, listed, and cleared again. Nothing that is there is touched, no password
 * is needed, and what was written is removed, unless the place removes nothing.
 */
import { createHash } from "node:crypto";
import { ObhutError } from "../base/errors.ts";
import { KiB, MiB } from "../base/limits.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
import type { Destination } from "../plans/destination.ts";
import { isRefusal } from "../repository/is-refusal.ts";
import type { Storage, StorageFile } from "../storage/storage.ts";
import type { Parts } from "./parts.ts";

export const destinationSteps = ["reach", "prepare", "write", "read", "list", "speed", "remove"] as const;
export type DestinationStep = (typeof destinationSteps)[number];

export interface DestinationTestSummary {
  readonly location: string;
  /** Whether there is a repository. */
  readonly repository: boolean;
  /** How long the shortest question took. */
  readonly answerMs: number;
  /** Undefined where nothing can be removed: then too much would stay. */
  readonly writeBytesPerSecond: number | undefined;
  readonly readBytesPerSecond: number | undefined;
  /** False: what is written stays, as in an append-only place. Then `left` is what the test wrote. */
  readonly removes: boolean;
  readonly left: readonly string[];
}

interface Watch {
  readonly signal: AbortSignal;
  /** Told of each step that went well. */
  readonly onStep: (step: DestinationStep) => void;
}

/** As much as a backup has on its way: several packs at once. */
const packs = 4;
const packBytes = 4 * MiB;

/** Throws the storage's own errors, and DESTINATION_UNFIT for a place that does not do what it says. */
export async function runDestinationTest(
  destination: Destination,
  parts: Parts,
  watch: Watch,
): Promise<DestinationTestSummary> {
  const storage = await parts.openStorage(destination);
  const trial = new Trial(storage, parts, watch.signal);
  try {
    const repository = (await storage.sizeOf({ type: "config", name: "" })) !== undefined;
    const answerMs = await trial.timed(() => storage.sizeOf({ type: "config", name: "" }));
    watch.onStep("reach");
    if (!repository) await storage.create();
    const removes = await trial.removes();
    watch.onStep("prepare");
    const small = trial.make(KiB);
    await trial.write([small]);
    watch.onStep("write");
    await trial.readBack([small]);
    await trial.readPart(small);
    watch.onStep("read");
    await trial.findListed(small, true);
    watch.onStep("list");
    const speeds = removes ? await trial.measure() : undefined;
    if (speeds !== undefined) watch.onStep("speed");
    const left = removes ? [] : trial.written();
    if (removes) await trial.clear();
    if (removes) await trial.findListed(small, false);
    if (removes) watch.onStep("remove");
    return {
      location: storage.location,
      repository,
      answerMs: Math.ceil(answerMs),
      writeBytesPerSecond: speeds?.write,
      readBytesPerSecond: speeds?.read,
      removes,
      left,
    };
  } finally {
    await trial.clear().catch(() => undefined);
    await storage.close();
  }
}

interface TrialFile {
  readonly file: StorageFile;
  readonly bytes: Uint8Array;
}

/** Files of random content, named as packs that no index lists: nobody looks at them, and a prune would remove what a crash left. */
class Trial {
  readonly #storage: Storage;
  readonly #parts: Parts;
  readonly #signal: AbortSignal;
  readonly #written = new Map<string, StorageFile>();

  constructor(storage: Storage, parts: Parts, signal: AbortSignal) {
    this.#storage = storage;
    this.#parts = parts;
    this.#signal = signal;
  }

  make(sizeBytes: number): TrialFile {
    const bytes = this.#parts.actor.random(sizeBytes);
    return { file: { type: "data", name: createHash("sha256").update(bytes).digest("hex") }, bytes };
  }

  written(): readonly string[] {
    return [...this.#written.keys()];
  }

  async timed(work: () => Promise<unknown>): Promise<number> {
    const begun = this.#parts.clock.monotonicMs();
    await work();
    return this.#parts.clock.monotonicMs() - begun;
  }

  /** A file that cannot be there is removed, which succeeds where removing is allowed. */
  async removes(): Promise<boolean> {
    try {
      await this.#storage.remove(this.make(16).file);
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  async write(files: readonly TrialFile[]): Promise<void> {
    const save = async ({ file, bytes }: TrialFile): Promise<void> => {
      this.#written.set(file.name, file);
      await this.#storage.save(file, bytes, this.#signal);
    };
    await Promise.all(files.map(save));
  }

  async readBack(files: readonly TrialFile[]): Promise<void> {
    const read = async ({ file, bytes }: TrialFile): Promise<void> => {
      const back = await this.#storage.load(file, undefined, this.#signal);
      if (Buffer.compare(back, bytes) !== 0) throw this.#unfit(reason("placeReadsOther", {}));
    };
    await Promise.all(files.map(read));
  }

  async readPart({ file, bytes }: TrialFile): Promise<void> {
    const back = await this.#storage.load(file, { offset: 100, length: 200 }, this.#signal);
    if (Buffer.compare(back, bytes.subarray(100, 300)) !== 0) throw this.#unfit(reason("placeReadsOther", {}));
  }

  async findListed({ file, bytes }: TrialFile, expected: boolean): Promise<void> {
    let size: number | undefined;
    for await (const listed of this.#storage.list("data", this.#signal)) {
      if (listed.name === file.name) size = listed.sizeBytes;
    }
    if (expected && size !== bytes.length) throw this.#unfit(reason("placeListsOther", {}));
    if (!expected && size !== undefined) throw this.#unfit(reason("placeRemovesNothing", {}));
  }

  async measure(): Promise<{ readonly write: number; readonly read: number }> {
    const files = Array.from({ length: packs }, () => this.make(packBytes));
    const perSecond = (ms: number): number => Math.round((packs * packBytes * 1000) / Math.max(ms, 1));
    const write = perSecond(await this.timed(() => this.write(files)));
    const read = perSecond(await this.timed(() => this.readBack(files)));
    return { write, read };
  }

  async clear(): Promise<void> {
    for (const [name, file] of this.#written) {
      await this.#storage.remove(file);
      this.#written.delete(name);
    }
  }

  #unfit(why: Reason): ObhutError {
    return new ObhutError("DESTINATION_UNFIT", { location: this.#storage.location, reason: why });
  }
}
