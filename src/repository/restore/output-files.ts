/** Files being written at many places at once; a bounded number stays open. One belongs to one thread. */
import { closeSync, constants, fchmodSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { type BytePath, bytesOf } from "../../base/byte-path.ts";
import type { OutputFile } from "./restore-task.ts";

const maxOpen = 64;
/** Pieces that follow each other in a file are written together. */
const stagingBytes = 1024 * 1024;
// Never through a link that somebody put there meanwhile.
const openFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;

export class OutputFiles {
  /** Least recently used first. */
  readonly #open = new Map<BytePath, number>();
  readonly #staging = Buffer.allocUnsafeSlow(stagingBytes);
  #stagedBytes = 0;
  #stagedFor: OutputFile | undefined;
  #stagedAt = 0;

  /** Takes `bytes` for `position` of the file; they are written by `flush` at the latest. Throws the system's errors. */
  write(file: OutputFile, position: number, bytes: Uint8Array): void {
    const follows = this.#stagedFor?.path === file.path && this.#stagedAt + this.#stagedBytes === position;
    if (!follows || this.#stagedBytes + bytes.length > stagingBytes) this.flush();
    if (bytes.length > stagingBytes) {
      this.#writeOut(file, position, bytes);
      return;
    }
    if (this.#stagedBytes === 0) {
      this.#stagedFor = file;
      this.#stagedAt = position;
    }
    this.#staging.set(bytes, this.#stagedBytes);
    this.#stagedBytes += bytes.length;
  }

  /** Makes the file with its size, for content that is all holes. */
  touch(file: OutputFile): void {
    this.#descriptor(file);
  }

  flush(): void {
    const [file, bytes] = [this.#stagedFor, this.#stagedBytes];
    this.#stagedFor = undefined;
    this.#stagedBytes = 0;
    if (file !== undefined && bytes > 0) this.#writeOut(file, this.#stagedAt, this.#staging.subarray(0, bytes));
  }

  closeAll(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #writeOut(file: OutputFile, position: number, bytes: Uint8Array): void {
    const descriptor = this.#descriptor(file);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
    }
  }

  #descriptor(file: OutputFile): number {
    const known = this.#open.get(file.path);
    if (known !== undefined) {
      this.#open.delete(file.path);
      this.#open.set(file.path, known);
      return known;
    }
    if (this.#open.size >= maxOpen) this.#closeOldest();
    const descriptor = openSync(bytesOf(file.path), openFlags, 0o600);
    this.#open.set(file.path, descriptor);
    if (file.fresh) {
      fchmodSync(descriptor, 0o600);
      // Several threads may do this to one file: setting the size it has already changes nothing.
      ftruncateSync(descriptor, file.sizeBytes);
    }
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
