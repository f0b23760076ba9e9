/** Reads what a captured database's content describes, whether it lies in one file or in two. */
import type { FileHandle } from "node:fs/promises";
import type { DatabaseContent } from "./database-content.ts";
import { openSource } from "./database-files.ts";
import { frameHeaderBytes } from "./wal-format.ts";
import { readFully } from "./wal-overlay.ts";

type Patched = Extract<DatabaseContent, { kind: "patched" }>;

export class ContentSource implements AsyncDisposable {
  readonly #base: FileHandle;
  readonly #patch: FileHandle | undefined;
  readonly #patched: Patched | undefined;

  private constructor(base: FileHandle, patch?: FileHandle, patched?: Patched) {
    this.#base = base;
    this.#patch = patch;
    this.#patched = patched;
  }

  static async open(content: DatabaseContent): Promise<ContentSource> {
    if (content.kind !== "patched") return new ContentSource(await openSource(content.path));
    const base = await openSource(content.base);
    try {
      return new ContentSource(base, await openSource(content.patch), content);
    } catch (error) {
      await base.close();
      throw error;
    }
  }

  /** Whether any of these bytes come from the second file. Both numbers count whole pages where there is one. */
  isLaidOver(at: number, length: number): boolean {
    return this.#offsets(at, length).some((offset) => offset >= 0);
  }

  /**
   * `length` bytes from `at`. Past the end of the file there are zeros, as for SQLite: a page that was never written
   * because it is free.
   */
  async read(at: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    const offsets = this.#offsets(at, length);
    if (offsets.length === 0 || offsets.includes(-1)) await readFully(this.#base, bytes, at);
    for (let page = 0; page < offsets.length; ) {
      page += offsets[page] === -1 ? 1 : await this.#layOver(bytes, offsets, page);
    }
    return bytes;
  }

  #offsets(at: number, length: number): Float64Array {
    if (this.#patched === undefined) return new Float64Array();
    const { offsets, blockBytes } = this.#patched;
    return offsets.subarray(at / blockBytes, Math.ceil((at + length) / blockBytes));
  }

  /** Fills `page` and those after it that lie in frames next to each other; returns how many. */
  async #layOver(bytes: Buffer, offsets: Float64Array, page: number): Promise<number> {
    const { blockBytes = 0 } = this.#patched ?? {};
    const stride = blockBytes + frameHeaderBytes;
    const start = offsets[page] ?? 0;
    let count = 1;
    while (offsets[page + count] === start + count * stride) count += 1;
    const frames = Buffer.allocUnsafe(count * stride - frameHeaderBytes);
    const got = this.#patch ? await readFully(this.#patch, frames, start) : 0;
    if (got < frames.length) throw new Error(`the -wal ends at ${start + got}, inside of a page`);
    for (let i = 0; i < count; i++) frames.copy(bytes, (page + i) * blockBytes, i * stride, i * stride + blockBytes);
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#base.close();
    await this.#patch?.close();
  }
}
