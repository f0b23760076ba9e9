/** A file of the capture, read once and kept until everybody has written it: in memory where it is small, else in scratch. */
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { bytePath } from "../../base/byte-path.ts";
import { MiB } from "../../base/limits.ts";
import type { EntryMeta, SourceContent } from "../../repository/source-entry.ts";
import type { PlaceContent } from "../place/place.ts";

export interface StagedBytes {
  /** As the file was when it was read. */
  readonly meta: EntryMeta;
  readonly sha256: string;
  readonly bytes?: Buffer;
  /** Absolute path in scratch. */
  readonly file?: string;
}

export class StagedFile {
  readonly meta: EntryMeta;
  readonly sha256: string;
  readonly #bytes: Buffer | undefined;
  readonly #file: string | undefined;
  readonly #onGone: () => void;
  #holders = 1;

  /** Whoever made it holds it first. `onGone`: nobody needs it any more, its room is free. */
  constructor({ meta, sha256, bytes, file }: StagedBytes, onGone: () => void) {
    this.meta = meta;
    this.sha256 = sha256;
    this.#bytes = bytes;
    this.#file = file;
    this.#onGone = onGone;
  }

  /** For whoever will call `release` as well. */
  hold(): this {
    this.#holders += 1;
    return this;
  }

  async release(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    if (this.#file !== undefined) await rm(this.#file, { force: true }).catch(() => undefined);
    this.#onGone();
  }

  /** For a place. */
  get content(): PlaceContent {
    const [bytes, file] = [this.#bytes, this.#file];
    const { sizeBytes } = this.meta;
    if (bytes !== undefined) {
      return {
        sizeBytes,
        async *open() {
          if (bytes.length > 0) yield bytes;
        },
      };
    }
    if (file === undefined) throw new Error("a staged file without bytes");
    return { sizeBytes, file, open: () => createReadStream(file, { highWaterMark: MiB }) };
  }

  /** For the engine: nobody changes it. */
  get source(): SourceContent {
    if (this.#bytes !== undefined) return { kind: "bytes", bytes: this.#bytes };
    return { kind: "file", path: bytePath(this.#file ?? "") };
  }
}
