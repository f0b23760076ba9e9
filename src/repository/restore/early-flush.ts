/**
 * Has the disk store what was written while the rest is still being written: a sync of everything at the end would wait for all of it. What
 * fails here fails again when the file is finished, which says so.
 */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { bytesOf } from "../../base/byte-path.ts";
import { MiB } from "../../base/limits.ts";
import type { ContentFiles } from "./content-files.ts";

/** So much of a file is worth a sync of its own. */
const worthFlushingBytes = 64 * MiB;

export class EarlyFlush {
  readonly #content: ContentFiles;
  /** Bytes of each file that no sync has seen. */
  readonly #unsynced: Float64Array;
  #running: Promise<void> | undefined;

  constructor(content: ContentFiles) {
    this.#content = content;
    this.#unsynced = new Float64Array(content.outputs.length);
  }

  /** Never waits: while one file is synced, others may gather more. */
  wrote(file: number, bytes: number): void {
    const unsynced = (this.#unsynced[file] ?? 0) + bytes;
    this.#unsynced[file] = unsynced;
    if (unsynced < worthFlushingBytes || this.#running !== undefined) return;
    this.#unsynced[file] = 0;
    this.#running = this.#sync(file).finally(() => {
      this.#running = undefined;
    });
  }

  /** The one that is under way has ended. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #sync(file: number): Promise<void> {
    const output = this.#content.outputs[file];
    if (output === undefined) return;
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
    await using handle = await open(bytesOf(output.path), flags).catch(() => undefined);
    await handle?.datasync().catch(() => undefined);
  }
}
