/** Files being written at many places at once; a bounded number stays open. One belongs to one thread. */
import { closeSync, constants, fchmodSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { type BytePath, bytesOf } from "../../base/byte-path.ts";
import type { OutputFile } from "./restore-task.ts";
import { Stage } from "./stage.ts";

const maxOpen = 64;
// Never through a link that somebody put there meanwhile.
const openFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;

export class OutputFiles {
  /** Descriptors, least recently used first. */
  readonly #open = new Map<BytePath, number>();
  readonly #stage = new Stage();
  #stagedFor: OutputFile | undefined;
  #failures = new Map<BytePath, unknown>();

  /**
   * Memory in which `bytes` bytes, and one more, may be made that `write` is given next, for the same place: then they are not copied.
   * Undefined: there is none for so many.
   */
  room(file: OutputFile, position: number, bytes: number): Uint8Array | undefined {
    if (!this.#follows(file, position) || this.#stage.room.length <= bytes) this.#begin(file, position);
    return this.#stage.room.length > bytes ? this.#stage.room : undefined;
  }

  /** Takes `bytes` for `position` of the file. Whether they were written is known when `settled` returns. */
  write(file: OutputFile, position: number, bytes: Uint8Array): void {
    if (!this.#follows(file, position)) this.#begin(file, position);
    for (let done = 0; done < bytes.length; ) {
      if (this.#stage.room.length === 0) this.#begin(file, position + done);
      done += this.#stage.add(done === 0 ? bytes : bytes.subarray(done));
    }
  }

  /** Makes the file with its size, for content that is all holes. Throws the system's errors. */
  touch(file: OutputFile): void {
    this.#opened(file);
  }

  /** Writes all that was taken. The files of which something could not be written since the last call, with the system's error. */
  settled(): ReadonlyMap<BytePath, unknown> {
    this.#begin(undefined, 0);
    const failures = this.#failures;
    this.#failures = new Map();
    return failures;
  }

  /** Only when all is settled. */
  closeAll(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #follows(file: OutputFile, position: number): boolean {
    return this.#stagedFor?.path === file.path && this.#stage.endPosition === position;
  }

  /** Writes what was gathered, and begins anew. */
  #begin(file: OutputFile | undefined, position: number): void {
    if (this.#stagedFor !== undefined) this.#flush(this.#stagedFor);
    this.#stagedFor = file;
    this.#stage.begin(position);
  }

  #flush(file: OutputFile): void {
    const { memory, length, position } = this.#stage;
    try {
      const descriptor = this.#opened(file);
      for (let at = 0; at < length; ) at += writeSync(descriptor, memory, at, length - at, position + at);
    } catch (error) {
      if (!this.#failures.has(file.path)) this.#failures.set(file.path, error);
    }
  }

  #opened(file: OutputFile): number {
    const known = this.#open.get(file.path);
    if (known !== undefined) this.#open.delete(file.path);
    else if (this.#open.size >= maxOpen) this.#closeOldest();
    const descriptor = known ?? opened(file);
    this.#open.set(file.path, descriptor);
    return descriptor;
  }

  #closeOldest(): void {
    for (const [path, descriptor] of this.#open) {
      closeSync(descriptor);
      this.#open.delete(path);
      return;
    }
  }
}

function opened({ path, fresh, sizeBytes }: OutputFile): number {
  const descriptor = openSync(bytesOf(path), openFlags, 0o600);
  if (!fresh) return descriptor;
  try {
    fchmodSync(descriptor, 0o600);
    // Several threads may do this to one file: setting the size it has already changes nothing.
    ftruncateSync(descriptor, sizeBytes);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
