/**
 * A storage behind a network that fails now and then: what may go well the next time is tried again, after pauses that grow. A place that
 * never answered is given up soon, because then its name or its password is wrong rather than the network broken.
 */
import { createHash } from "node:crypto";
import { isObhutError } from "../../base/errors.ts";
import { loadInto } from "../load-into.ts";
import type { ByteRange, FileType, Load, SharedBytes, Storage, StorageFile, StoredFile } from "../storage.ts";
import { Patience, type RetryOptions } from "./patience.ts";

export function retrying(inner: Storage, options: RetryOptions): Storage {
  return new Retrying(inner, options);
}

class Retrying implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly #inner: Storage;
  readonly #patience: Patience;
  readonly extend?: NonNullable<Storage["extend"]>;

  constructor(inner: Storage, options: RetryOptions) {
    this.location = inner.location;
    this.connections = inner.connections;
    this.#inner = inner;
    this.#patience = new Patience(inner.location, options);
    const extend = inner.extend?.bind(inner);
    if (extend) this.extend = (file, at, signal) => this.#retry(() => extend(file, at, signal), signal);
  }

  async create(): Promise<void> {
    await this.#retry(() => this.#inner.create());
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    let tries = 0;
    await this.#retry(async () => {
      tries += 1;
      await this.#inner.save(file, bytes, signal).catch(async (error: unknown) => {
        // An answer that was lost: then the config that is there may be the one saved a moment ago.
        const isOurs = tries > 1 && isObhutError(error, "STORAGE_FILE_EXISTS") && (await this.#holds(file, bytes));
        if (!isOurs) throw error;
      });
    }, signal);
  }

  async #holds(file: StorageFile, bytes: Uint8Array): Promise<boolean> {
    return Buffer.compare(await this.#inner.load(file), bytes) === 0;
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const load = (): Promise<Uint8Array<ArrayBuffer>> =>
      this.#retry(() => this.#inner.load(file, range, signal), signal);
    const bytes = await load();
    if (range !== undefined || file.type === "config" || isNamed(bytes, file.name)) return bytes;
    // Changed on its way, or damaged where it lies: coming again tells.
    return await load();
  }

  async loadInto(load: Load, memory: SharedBytes): Promise<SharedBytes> {
    return await this.#retry(() => loadInto(this.#inner, load, memory), load.signal);
  }

  async doubt(file: StorageFile, range: ByteRange): Promise<boolean> {
    await this.#inner.doubt?.(file, range);
    // It may have been changed on its way.
    return true;
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    return await this.#retry(() => this.#inner.sizeOf(file));
  }

  /** A listing that broke off begins anew; nothing is told twice. */
  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    const told = new Set<string>();
    const pauses = this.#patience.pauses(signal);
    for (;;) {
      try {
        for await (const file of this.#inner.list(type, signal)) {
          if (told.has(file.name)) continue;
          told.add(file.name);
          yield file;
        }
        this.#patience.reached();
        return;
      } catch (error) {
        await pauses.afterOrThrow(error);
      }
    }
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#retry(() => this.#inner.remove(file));
  }

  async close(): Promise<void> {
    this.#patience.close();
    await this.#inner.close();
  }

  async #retry<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return await this.#patience.retry(work, signal);
  }
}

function isNamed(bytes: Uint8Array, name: string): boolean {
  return createHash("sha256").update(bytes).digest("hex") === name;
}
