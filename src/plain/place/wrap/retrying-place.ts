/**
 * A place behind a network that fails now and then: what may go well the next time is tried again, as of storages. Where an answer was lost, what
 * the second try finds done already is a success.
 */
import type { BytePath } from "../../../base/byte-path.ts";
import { isObhutError } from "../../../base/errors.ts";
import { Patience, type RetryOptions } from "../../../storage/wrap/patience.ts";
import {
  type Duplication,
  type ListOptions,
  type PlaceContent,
  type PlaceEntry,
  type PlainPlace,
  type ReadOptions,
  readSmall,
  type WriteOptions,
} from "../place.ts";

export function retryingPlace(inner: PlainPlace, options: RetryOptions): PlainPlace {
  return new RetryingPlace(inner, options);
}

class RetryingPlace implements PlainPlace {
  readonly location: string;
  readonly connections: number;
  readonly keepsTimes: boolean;
  readonly renameFolder?: NonNullable<PlainPlace["renameFolder"]>;
  readonly link?: NonNullable<PlainPlace["link"]>;
  readonly duplicate?: NonNullable<PlainPlace["duplicate"]>;
  readonly #inner: PlainPlace;
  readonly #patience: Patience;

  constructor(inner: PlainPlace, options: RetryOptions) {
    this.location = inner.location;
    this.connections = inner.connections;
    this.keepsTimes = inner.keepsTimes;
    this.#inner = inner;
    this.#patience = new Patience(inner.location, options);
    const { renameFolder, link, duplicate } = inner;
    if (renameFolder) this.renameFolder = (from, to) => this.#rename(from, to, renameFolder.bind(inner));
    if (link) this.link = (from, made) => this.#make(() => link.call(inner, from, made));
    if (duplicate) {
      this.duplicate = (from: BytePath, made: BytePath, how: Duplication) =>
        this.#make(() => duplicate.call(inner, from, made, how));
    }
  }

  /** A listing that broke off begins anew; nothing is told twice. */
  async *list(folder: BytePath, options: ListOptions = {}): AsyncIterable<PlaceEntry> {
    const told = new Set<BytePath>();
    const pauses = this.#patience.pauses(options.signal);
    for (;;) {
      try {
        for await (const entry of this.#inner.list(folder, options)) {
          if (told.has(entry.path)) continue;
          told.add(entry.path);
          yield entry;
        }
        this.#patience.reached();
        return;
      } catch (error) {
        await pauses.afterOrThrow(error);
      }
    }
  }

  async look(path: BytePath): Promise<PlaceEntry | undefined> {
    return await this.#patience.retry(() => this.#inner.look(path));
  }

  /** Goes on where it broke off. Each stretch that came has its own patience. */
  async *read(path: BytePath, { from = 0, signal }: ReadOptions = {}): AsyncIterable<Uint8Array> {
    let at = from;
    for (let pauses = this.#patience.pauses(signal); ; ) {
      try {
        for await (const part of this.#inner.read(path, { from: at, signal })) {
          this.#patience.reached();
          pauses = this.#patience.pauses(signal);
          at += part.length;
          yield part;
        }
        return;
      } catch (error) {
        await pauses.afterOrThrow(error);
      }
    }
  }

  async write(path: BytePath, content: PlaceContent, options: WriteOptions): Promise<void> {
    await this.#patience.retry(async (before) => {
      await this.#inner.write(path, content, options).catch(async (error: unknown) => {
        const mayBeOurs = before > 0 && options.once === true && isObhutError(error, "STORAGE_FILE_EXISTS");
        if (!mayBeOurs || !(await this.#holds(path, content, options.signal))) throw error;
      });
    }, options.signal);
  }

  async #holds(path: BytePath, content: PlaceContent, signal: AbortSignal | undefined): Promise<boolean> {
    const found = await readSmall(this.#inner, path, signal);
    return Buffer.concat(await Array.fromAsync(content.open())).equals(found);
  }

  async makeFolder(path: BytePath): Promise<void> {
    await this.#patience.retry(() => this.#inner.makeFolder(path));
  }

  async rename(from: BytePath, to: BytePath): Promise<void> {
    await this.#rename(from, to, this.#inner.rename.bind(this.#inner));
  }

  async #rename(from: BytePath, to: BytePath, rename: PlainPlace["rename"]): Promise<void> {
    await this.#patience.retry(async (before) => {
      await rename(from, to).catch(async (error: unknown) => {
        const isTold = isObhutError(error, "STORAGE_FILE_MISSING") || isObhutError(error, "STORAGE_FILE_EXISTS");
        if (before === 0 || !isTold) throw error;
        const [left, made] = [await this.#inner.look(from), await this.#inner.look(to)];
        if (left !== undefined || made === undefined) throw error;
      });
    });
  }

  /** A name that was free before is ours. */
  async #make(work: () => Promise<void>): Promise<void> {
    await this.#patience.retry(async (before) => {
      await work().catch((error: unknown) => {
        if (before === 0 || !isObhutError(error, "STORAGE_FILE_EXISTS")) throw error;
      });
    });
  }

  async remove(path: BytePath): Promise<void> {
    await this.#patience.retry(() => this.#inner.remove(path));
  }

  async removeFolder(path: BytePath): Promise<void> {
    await this.#patience.retry(() => this.#inner.removeFolder(path));
  }

  async tidy(signal?: AbortSignal): Promise<void> {
    await this.#patience.retry(() => this.#inner.tidy(signal), signal);
  }

  async settle(): Promise<void> {
    await this.#patience.retry(() => this.#inner.settle());
  }

  async freeBytes(): Promise<number | undefined> {
    return await this.#patience.retry(() => this.#inner.freeBytes());
  }

  async close(): Promise<void> {
    this.#patience.close();
    await this.#inner.close();
  }
}
