/** One file that is being written: opened, and given what was gathered for it. */
import { closeSync, constants, fchmodSync, ftruncateSync, openSync, write, writeSync } from "node:fs";
import { promisify } from "node:util";
import { bytesOf } from "../../base/byte-path.ts";
import { isRefusal, openDirect, worthDirectBytes } from "../../host/direct-io.ts";
import type { OutputFile } from "./restore-task.ts";
import type { Stage } from "./stage.ts";

// Never through a link that somebody put there meanwhile.
const openFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;

const writeBeside = promisify(write);

export class OpenOutput {
  readonly #descriptor: number;
  /** Goes past the page cache, for whole blocks; undefined: not possible, or not worth it. */
  readonly #direct: number | undefined;
  #refused = false;
  /** How many writes are under way. */
  #writes = 0;

  /** Throws the system's errors. `direct`: past the page cache, where that is possible and worth it. */
  constructor(file: OutputFile, { direct }: { readonly direct: boolean }) {
    this.#descriptor = openSync(bytesOf(file.path), openFlags, 0o600);
    if (file.fresh) {
      fchmodSync(this.#descriptor, 0o600);
      // Several threads may do this to one file: setting the size it has already changes nothing.
      ftruncateSync(this.#descriptor, file.sizeBytes);
    }
    this.#direct = direct && file.sizeBytes >= worthDirectBytes ? openDirect(file.path) : undefined;
  }

  /** Whether `writeBlocks` goes beside. */
  get isDirect(): boolean {
    return this.#direct !== undefined && !this.#refused;
  }

  /** It may be closed. */
  get isIdle(): boolean {
    return this.#writes === 0;
  }

  /** The part of the stage's memory to its place in the file. */
  write(stage: Stage, from: number, to: number): void {
    writeAll(this.#descriptor, stage, from, to);
  }

  /** As `write`, of whole blocks. */
  writeBlocks(stage: Stage, from: number, to: number): void {
    try {
      writeAll(this.#direct ?? this.#descriptor, stage, from, to);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#refused = true;
      this.write(stage, from, to);
    }
  }

  /** As `writeBlocks`, while this thread goes on. */
  async writeBlocksBeside(stage: Stage, from: number, to: number): Promise<void> {
    let at = from;
    this.#writes++;
    try {
      while (at < to && this.#direct !== undefined) {
        const { bytesWritten } = await writeBeside(this.#direct, stage.memory, at, to - at, stage.positionOf(at));
        at += bytesWritten;
      }
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#refused = true;
    } finally {
      this.#writes--;
    }
    this.write(stage, at, to);
  }

  close(): void {
    closeSync(this.#descriptor);
    if (this.#direct !== undefined) closeSync(this.#direct);
  }
}

function writeAll(descriptor: number, stage: Stage, from: number, to: number): void {
  for (let at = from; at < to; ) at += writeSync(descriptor, stage.memory, at, to - at, stage.positionOf(at));
}
