/**
 * Packs of trees, in stretches of a MiB as they were read. Trees of one snapshot lie beside each other, so that a stretch brings what
 * is asked for next; and of a pack that prune filled with the trees of many snapshots, only what is read is fetched.
 */
import { limits } from "../../base/limits.ts";
import type { ByteRange, Storage, StorageFile } from "../storage.ts";
import type { CacheFolder } from "./cache-folder.ts";

const stretchBytes = limits.cacheStretchBytes;

/** What a range wants of one stretch; `offset` counts from the stretch's start. */
interface Part extends ByteRange {
  readonly number: number;
}

export class PackStretches {
  readonly #inner: Storage;
  readonly #folder: CacheFolder;
  /** Sizes of packs of which something had to be fetched. */
  readonly #sizes = new Map<string, Promise<number | undefined>>();
  /** By pack, the end of the last fetch: trees are asked for several at a time, and what one brings the next may find. */
  readonly #fetches = new Map<string, Promise<unknown>>();

  constructor(inner: Storage, folder: CacheFolder) {
    this.#inner = inner;
    this.#folder = folder;
  }

  /** Keeps a pack that was just saved. Never rejects. */
  async keep(pack: string, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += stretchBytes) {
      const stretch = bytes.subarray(at, at + stretchBytes);
      if (!(await this.#folder.write("data", nameOf(pack, at / stretchBytes), stretch))) return;
    }
  }

  /** As `Storage.load`. */
  async load(file: StorageFile, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const held = joined(await this.#kept(file.name, range));
    if (held !== undefined) return held;
    if (this.#folder.off) return await this.#inner.load(file, range, signal);
    const before = this.#fetches.get(file.name);
    const fetched = (async () => {
      await before?.catch(() => undefined);
      return await this.#fetch(file, range, signal);
    })();
    this.#fetches.set(file.name, fetched);
    try {
      return await fetched;
    } finally {
      if (this.#fetches.get(file.name) === fetched) this.#fetches.delete(file.name);
    }
  }

  /** Whether the place holds other bytes than what is kept of the range, which then is dropped. Never rejects. */
  async dropIfOther(file: StorageFile, range: ByteRange): Promise<boolean> {
    const kept = joined(await this.#kept(file.name, range));
    if (kept === undefined) return false;
    const there = await this.#inner.load(file, range).catch(() => undefined);
    if (there === undefined || Buffer.compare(kept, there) === 0) return false;
    await this.#folder.drop("data", file.name);
    return true;
  }

  async #kept(pack: string, range: ByteRange): Promise<(Uint8Array<ArrayBuffer> | undefined)[]> {
    return await Promise.all(partsOf(range).map((part) => this.#folder.readPart(nameOf(pack, part.number), part)));
  }

  /** All stretches from the first that is missing to the last, in one request; they are kept from now on. */
  async #fetch(file: StorageFile, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const parts = partsOf(range);
    const kept = await this.#kept(file.name, range);
    const [from, to] = [kept.indexOf(undefined), kept.lastIndexOf(undefined)];
    const size = from < 0 ? undefined : await this.#sizeOf(file);
    // What reaches beyond the pack's end is for the place to answer.
    if (size !== undefined && range.offset + range.length <= size) {
      const offset = (parts[from]?.number ?? 0) * stretchBytes;
      const end = Math.min(((parts[to]?.number ?? 0) + 1) * stretchBytes, size);
      const bytes = await this.#inner.load(file, { offset, length: end - offset }, signal);
      for (let index = from; index <= to; index++) {
        const part = parts[index] ?? { number: 0, offset: 0, length: 0 };
        const at = part.number * stretchBytes - offset;
        await this.#folder.write("data", nameOf(file.name, part.number), bytes.subarray(at, at + stretchBytes));
        kept[index] = bytes.subarray(at + part.offset, at + part.offset + part.length);
      }
    }
    return joined(kept) ?? (await this.#inner.load(file, range, signal));
  }

  #sizeOf(file: StorageFile): Promise<number | undefined> {
    let size = this.#sizes.get(file.name);
    if (size === undefined) {
      size = this.#inner.sizeOf(file).catch(() => undefined);
      this.#sizes.set(file.name, size);
    }
    return size;
  }
}

function nameOf(pack: string, stretch: number): string {
  return `${pack}/${stretch}`;
}

function partsOf({ offset, length }: ByteRange): Part[] {
  const first = Math.floor(offset / stretchBytes);
  const last = Math.floor((offset + Math.max(length, 1) - 1) / stretchBytes);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const start = (first + index) * stretchBytes;
    const from = Math.max(offset - start, 0);
    return { number: first + index, offset: from, length: Math.min(offset + length - start, stretchBytes) - from };
  });
}

/** In a buffer of their own; undefined where one is missing. */
function joined(parts: readonly (Uint8Array<ArrayBuffer> | undefined)[]): Uint8Array<ArrayBuffer> | undefined {
  const found = parts.filter((part) => part !== undefined);
  if (found.length < parts.length) return undefined;
  const [only] = found;
  if (found.length === 1 && only?.byteLength === only?.buffer.byteLength) return only;
  const bytes = new Uint8Array(found.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of found) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
