/**
 * Reads each file that a plain copy needs, once, into memory or scratch, so that whoever holds a database for it can let go at once, and a slow
 * place may take its time. Files wait for room, save those for which somebody is held.
 */
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../base/errors.ts";
import { KiB, limits } from "../../base/limits.ts";
import { writeAll } from "../../host/durable-write.ts";
import type { EntryMeta, SourceContent, SourceEntry } from "../../repository/source-entry.ts";
import { readContent, type Stamp, type Stamps } from "./read-content.ts";
import { StagedFile } from "./staged-file.ts";
import { StagingRoom } from "./staging-room.ts";

export interface StagerOptions {
  /** In scratch; empty, ours alone. */
  readonly folder: string;
  /** Rejects (SCRATCH_NO_SPACE) where the disk has no room for so many bytes more. */
  readonly require: (bytes: number) => Promise<void>;
  /** Free on that disk when the run began. */
  readonly freeBytes: number;
  readonly signal: AbortSignal;
}

export type StageOutcome =
  /** `torn`: it changed under every attempt. */
  | { readonly kind: "staged"; readonly file: StagedFile; readonly torn: boolean }
  | { readonly kind: "vanished" }
  | { readonly kind: "failed"; readonly error: Error };

/** Files up to this size are kept in memory, where there is room. */
const smallBytes = 256 * KiB;
/** How often a file that changed is read again, as the engine does. */
const rereads = 3;

export class Stager {
  readonly #options: StagerOptions;
  readonly #memory = new StagingRoom(limits.stagedMemoryBytes);
  readonly #disk: StagingRoom;
  #count = 0;

  constructor(options: StagerOptions) {
    this.#options = options;
    // Half of what is free: a database that is held must find room for itself.
    this.#disk = new StagingRoom(Math.min(limits.stagedBytes, options.freeBytes / 2));
  }

  /** Rejects where scratch fails or has no room, or with the signal's reason; what is wrong with the file itself is an outcome. */
  async stage(entry: SourceEntry): Promise<StageOutcome> {
    const { content, meta } = entry;
    if (content === undefined) return { kind: "failed", error: new Error("a file without content") };
    const inMemory = meta.sizeBytes <= smallBytes && this.#memory.takeNow(meta.sizeBytes);
    const room = inMemory ? this.#memory : this.#disk;
    if (!inMemory) await this.#takeDisk(entry);
    const free = (): void => room.give(meta.sizeBytes);
    try {
      const outcome = await this.#read(entry, content, { inMemory, free });
      if (outcome.kind !== "staged") free();
      return outcome;
    } catch (error) {
      free();
      throw error;
    }
  }

  async #takeDisk({ meta, held }: SourceEntry): Promise<void> {
    if (held) this.#disk.force(meta.sizeBytes);
    else await this.#disk.take(meta.sizeBytes, this.#options.signal);
    try {
      await this.#options.require(meta.sizeBytes);
    } catch (error) {
      this.#disk.give(meta.sizeBytes);
      throw error;
    }
  }

  async #read(
    entry: SourceEntry,
    content: SourceContent,
    { inMemory, free }: { readonly inMemory: boolean; readonly free: () => void },
  ): Promise<StageOutcome> {
    let meta = entry.meta;
    for (let attempt = 0; ; attempt++) {
      this.#options.signal.throwIfAborted();
      this.#count += 1;
      await using sink = await Sink.open(inMemory ? undefined : join(this.#options.folder, String(this.#count)));
      const stamps: Stamps = {};
      const failed = await sink
        .fill(readContent(content, stamps))
        .catch((error: unknown) => sourceFailure(error, sink));
      if (failed !== undefined) return failed;
      const fixed = entry.pinned || content.kind !== "file";
      if (fixed && sink.sizeBytes !== sizeOf(content, meta)) {
        return {
          kind: "failed",
          error: new Error(`only ${sink.sizeBytes} of ${sizeOf(content, meta)} bytes were there`),
        };
      }
      const steady = fixed || isSteady(stamps, sink.sizeBytes);
      if (!steady && attempt < rereads) continue;
      if (!fixed && stamps.after !== undefined) meta = { ...meta, ...stamps.after };
      const staged = sink.keep({ ...meta, sizeBytes: sink.sizeBytes });
      return { kind: "staged", file: new StagedFile(staged, free), torn: !steady };
    }
  }
}

/** The system's error in reading the file is the file's; one in writing to scratch is ours. */
function sourceFailure(error: unknown, sink: Sink): StageOutcome {
  if (sink.failed || !(error instanceof Error) || systemCode(error) === undefined) throw error;
  return systemCode(error) === "ENOENT" ? { kind: "vanished" } : { kind: "failed", error };
}

function sizeOf(content: SourceContent, meta: EntryMeta): number {
  if (content.kind === "bytes") return content.bytes.length;
  if (content.kind === "prefix") return content.sizeBytes;
  return content.kind === "patched" ? content.offsets.length * content.blockBytes : meta.sizeBytes;
}

function isSteady({ before, after }: Stamps, bytes: number): boolean {
  if (before === undefined || after === undefined || after.sizeBytes !== bytes) return false;
  const fields = ["inode", "deviceId", "sizeBytes", "mtimeNs", "ctimeNs"] as const satisfies readonly (keyof Stamp)[];
  return fields.every((field) => before[field] === after[field]);
}

/** Where the bytes go, counted and summed on their way. What is not kept goes away with it. */
class Sink implements AsyncDisposable {
  readonly #path: string | undefined;
  readonly #file: FileHandle | undefined;
  readonly #parts: Buffer[] = [];
  readonly #hash: Hash = createHash("sha256");
  #kept = false;
  sizeBytes = 0;
  failed = false;

  private constructor(path: string | undefined, file: FileHandle | undefined) {
    this.#path = path;
    this.#file = file;
  }

  /** Undefined: into memory. */
  static async open(path: string | undefined): Promise<Sink> {
    return new Sink(path, path === undefined ? undefined : await open(path, "wx", 0o600));
  }

  async fill(pieces: AsyncIterable<Buffer>): Promise<undefined> {
    for await (const piece of pieces) {
      this.#hash.update(piece);
      await this.#write(piece);
      this.sizeBytes += piece.length;
    }
  }

  async #write(piece: Buffer): Promise<void> {
    if (this.#file === undefined) {
      this.#parts.push(piece);
      return;
    }
    try {
      await writeAll(this.#file, piece, this.sizeBytes);
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  keep(meta: EntryMeta) {
    this.#kept = true;
    const sha256 = this.#hash.digest("hex");
    return this.#path === undefined
      ? { meta, sha256, bytes: Buffer.concat(this.#parts) }
      : { meta, sha256, file: this.#path };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    if (!this.#kept && this.#path !== undefined) await rm(this.#path, { force: true });
  }
}
