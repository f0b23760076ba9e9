/** A storage that something happens to at its k-th write: the process dies there, or the write alone fails. */
import { ObhutError } from "../../../src/base/errors.ts";
import type { ByteRange, FileType, Storage, StorageFile, StoredFile } from "../../../src/storage/storage.ts";

export const faults = ["dies before", "dies halfway", "dies after", "refuses", "loses the answer"] as const;
/**
 * After `dies` every further call rejects, so that nothing the program does then matters. `refuses` and `loses the answer` reject one
 * call, which did nothing or all it was asked to, and the program lives on: what it does to tidy up is what is tried.
 */
export type Fault = (typeof faults)[number];

export interface PlannedFault {
  /** Which write, counted from 1 over all storages of the process: create, save, remove. */
  readonly at: number;
  readonly fault: Fault;
}

/** One process: what it writes is counted, and once it is dead it is dead in all its storages. */
export class DoomedProcess {
  writes = 0;
  /** What the fault hit, for messages. */
  hit: string | undefined;
  #dead = false;
  readonly #planned: PlannedFault | undefined;

  constructor(planned?: PlannedFault) {
    this.#planned = planned;
  }

  requireAlive(): void {
    if (this.#dead) throw new Error("the process is dead");
  }

  /** The fault of the write that begins now. */
  begin(write: string): Fault | undefined {
    this.requireAlive();
    this.writes++;
    if (this.writes !== this.#planned?.at) return undefined;
    this.hit = write;
    return this.#planned.fault;
  }

  die(): never {
    this.#dead = true;
    throw new Error("the process dies");
  }
}

export interface DyingStorageOptions {
  readonly process: DoomedProcess;
  /** Leaves what a write that was cut off leaves; the write itself is not done then. */
  readonly halfway: (write: Write) => Promise<void>;
}

export type Write =
  | { readonly call: "create" | "remove" }
  | { readonly call: "save"; readonly file: StorageFile; readonly bytes: Uint8Array };

export class DyingStorage implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly #inner: Storage;
  readonly #options: DyingStorageOptions;

  constructor(inner: Storage, options: DyingStorageOptions) {
    this.location = inner.location;
    this.connections = inner.connections;
    this.#inner = inner;
    this.#options = options;
  }

  async create(): Promise<void> {
    await this.#write({ call: "create" }, "create", () => this.#inner.create());
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const work = (): Promise<void> => this.#inner.save(file, bytes, signal);
    await this.#write({ call: "save", file, bytes }, `save ${file.type}`, work);
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#write({ call: "remove" }, `remove ${file.type}`, () => this.#inner.remove(file));
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#read(() => this.#inner.load(file, range, signal));
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    return await this.#read(() => this.#inner.sizeOf(file));
  }

  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    this.#options.process.requireAlive();
    for await (const file of this.#inner.list(type, signal)) {
      this.#options.process.requireAlive();
      yield file;
    }
  }

  async close(): Promise<void> {}

  /** Whoever waits for an answer when the process dies never gets it. */
  async #read<T>(work: () => Promise<T>): Promise<T> {
    this.#options.process.requireAlive();
    const result = await work();
    this.#options.process.requireAlive();
    return result;
  }

  async #write(write: Write, name: string, work: () => Promise<void>): Promise<void> {
    const { process, halfway } = this.#options;
    const fault = process.begin(name);
    switch (fault) {
      case "dies before":
        return process.die();
      case "dies halfway":
        await halfway(write);
        return process.die();
      case "dies after":
        await work();
        return process.die();
      case "refuses":
        throw this.#failed(name);
      case "loses the answer":
        await work();
        throw this.#failed(name);
      case undefined:
        await work();
        process.requireAlive();
    }
  }

  #failed(action: string): ObhutError {
    return new ObhutError("STORAGE_FAILED", { location: this.location, action, reason: "planted" });
  }
}
