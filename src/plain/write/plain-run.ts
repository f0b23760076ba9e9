/**
 * One capture on its way into plain copies and, beside them, into the engine. Each file that a copy needs is read once, into memory or scratch;
 * from there all copies and the engine take it. The capture goes on where the engine, or any copy, fails.
 */
import { displayPath } from "../../base/byte-path.ts";
import { reasonOf } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { limits } from "../../base/limits.ts";
import type { Manifest } from "../../capture/manifest.ts";
import type { SourceEntry } from "../../repository/source-entry.ts";
import type { StageOutcome, Stager } from "../staging/stager.ts";
import { CopyChannel, type CopyResult } from "./copy-channel.ts";
import type { CopyWriter } from "./copy-writer.ts";
import { EntryQueue } from "./entry-queue.ts";

export interface PlainRunOptions {
  readonly writers: readonly CopyWriter[];
  readonly stager: Stager;
  /** Whether somebody iterates over `entries`. */
  readonly hasEngine: boolean;
  readonly onFinding: (found: Finding) => void;
  /** Told of each file that is dealt with; of copies only, where there is no engine to tell it. */
  readonly onFile?: (entry: SourceEntry) => void;
  readonly signal: AbortSignal;
}

export class PlainRun {
  readonly #options: PlainRunOptions;
  readonly #channels: readonly CopyChannel[];
  readonly #engine: EntryQueue | undefined;
  readonly #reading = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  #pumped: Promise<void> | undefined;
  #moved: () => void = () => undefined;

  constructor(options: PlainRunOptions) {
    this.#options = options;
    const onMoved = (): void => this.#moved();
    this.#channels = options.writers.map((writer) => new CopyChannel(writer, onMoved));
    this.#engine = options.hasEngine ? new EntryQueue(onMoved) : undefined;
    options.signal.addEventListener("abort", onMoved, { once: true });
  }

  /** Begins; for the engine, which has every entry of the capture, what copies do not get too. */
  entries(capture: AsyncIterable<SourceEntry>): AsyncIterable<SourceEntry> {
    this.begin(capture);
    return this.#engine ?? { async *[Symbol.asyncIterator]() {} };
  }

  begin(capture: AsyncIterable<SourceEntry>): void {
    this.#pumped = this.#pump(capture).then(
      () => this.#engine?.end(),
      (error: unknown) => {
        this.#engine?.end({ error });
        throw error;
      },
    );
    this.#pumped.catch(() => undefined);
  }

  /** Resolves when the last entry was read. Rejects with what the capture failed of, or the signal's reason. */
  async captured(): Promise<void> {
    await this.#pumped;
  }

  /** After `captured`: one result for each writer, in their order. Rejects where the signal aborts. */
  async finish(manifest: Manifest): Promise<CopyResult[]> {
    const results = await Promise.all(this.#channels.map((channel) => channel.finish(manifest)));
    this.#options.signal.throwIfAborted();
    return results;
  }

  /** Takes away what was written; for whoever does not finish. */
  async abandon(): Promise<void> {
    this.#failure ??= { error: new Error("abandoned") };
    this.#engine?.leave();
    this.#moved();
    await this.#pumped?.catch(() => undefined);
    await Promise.all(this.#channels.map((channel) => channel.abandon()));
  }

  async #pump(capture: AsyncIterable<SourceEntry>): Promise<void> {
    for await (const entry of capture) {
      this.#throwIfOver();
      if (entry.meta.kind === "file") this.#options.onFile?.(entry);
      const needing = entry.meta.kind === "file" ? this.#live().filter(({ writer }) => writer.needs(entry)) : [];
      if (needing.length === 0) this.#passOn(entry, entry);
      else await this.#startReading(entry, needing);
      if (!entry.held) await this.#untilRoom();
    }
    await Promise.all(this.#reading);
    this.#throwIfOver();
  }

  #live(): CopyChannel[] {
    return this.#channels.filter(({ error }) => error === undefined);
  }

  #throwIfOver(): void {
    this.#options.signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #startReading(entry: SourceEntry, needing: readonly CopyChannel[]): Promise<void> {
    const read = this.#read(entry, needing)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#reading.delete(read));
    this.#reading.add(read);
    while (this.#reading.size >= limits.stagedTogether) await Promise.race(this.#reading);
  }

  async #read(entry: SourceEntry, needing: readonly CopyChannel[]): Promise<void> {
    let outcome: StageOutcome;
    try {
      outcome = await this.#options.stager.stage(entry);
    } catch (error) {
      this.#options.signal.throwIfAborted();
      // No room for what they need: the copies cannot be made, and the engine reads it from where it lies.
      for (const channel of needing) channel.fail(error);
      return this.#passOn(entry, entry);
    }
    const path = displayPath(entry.path);
    const { onFinding } = this.#options;
    if (outcome.kind === "vanished") onFinding(finding("FILE_VANISHED", { path }));
    if (outcome.kind === "failed") onFinding(finding("FILE_UNREADABLE", { path, reason: reasonOf(outcome.error) }));
    if (outcome.kind !== "staged") return entry.done?.(outcome);
    if (outcome.torn) onFinding(finding("FILE_CHANGED", { path }));
    const { file } = outcome;
    entry.done?.({ kind: "read", bytes: file.meta.sizeBytes });
    const { done: _, ...rest } = entry;
    const read = { ...rest, meta: file.meta };
    // One that had it as it was a moment ago may need it as it is now.
    const changed = file.meta.mtimeNs !== entry.meta.mtimeNs || file.meta.ctimeNs !== entry.meta.ctimeNs;
    for (const channel of this.#live()) {
      channel.put(read, needing.includes(channel) || changed ? file.hold() : undefined);
    }
    if (this.#engine !== undefined) {
      file.hold();
      this.#engine.put({ ...read, content: file.source, pinned: true, done: () => void file.release() });
    }
    await file.release();
  }

  /** An entry whose bytes no copy needs. */
  #passOn(entry: SourceEntry, toEngine: SourceEntry): void {
    for (const channel of this.#live()) channel.put(entry, undefined);
    if (this.#engine !== undefined) this.#engine.put(toEngine);
    else entry.done?.({ kind: "unchanged" });
  }

  /** Names wait in memory, and somebody slow must not make that grow without end. */
  async #untilRoom(): Promise<void> {
    const isFull = (): boolean =>
      (this.#engine?.length ?? 0) > limits.stagedEntries ||
      this.#live().some(({ waiting }) => waiting > limits.waitingEntries);
    while (isFull() && this.#failure === undefined) {
      this.#options.signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#moved = resolve;
      });
    }
  }
}
