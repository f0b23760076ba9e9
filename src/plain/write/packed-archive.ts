/** A compressed tar archive, made in scratch: a place is told how long a file is before its bytes come. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { PassThrough, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import type { ArchiveFormat } from "../copy/archive-formats.ts";
import type { PlaceContent } from "../place/place.ts";
import { type TarEntry, tarEnd, tarHeader, tarPadding } from "./tar-header.ts";

export interface FinishedArchive {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export class PackedArchive implements AsyncDisposable {
  readonly #file: string;
  readonly #input = new PassThrough({ highWaterMark: 4 * 1024 * 1024 });
  readonly #hash = createHash("sha256");
  readonly #done: Promise<void>;
  #last: Promise<void> = Promise.resolve();
  #tarBytes = 0;
  #sizeBytes = 0;
  #entries = 0;

  /** `file`: a name in scratch that nothing has. */
  constructor(file: string, format: ArchiveFormat) {
    this.#file = file;
    const level = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 };
    const packer = format === "gz" ? createGzip() : createZstdCompress({ params: level });
    const counter = new Transform({
      transform: (chunk: Buffer, _, done) => {
        this.#hash.update(chunk);
        this.#sizeBytes += chunk.length;
        done(null, chunk);
      },
    });
    this.#done = pipeline(this.#input, packer, counter, createWriteStream(file, { flags: "wx", mode: 0o600 }));
    // Told to whoever finishes or adds.
    this.#done.catch(() => undefined);
  }

  get isEmpty(): boolean {
    return this.#entries === 0;
  }

  /** One after the other, whoever asks. Rejects where scratch fails. */
  add(entry: TarEntry, content?: PlaceContent): Promise<void> {
    this.#entries += 1;
    const added = this.#last.then(() => this.#add(entry, content));
    this.#last = added.catch(() => undefined);
    return added;
  }

  async #add(entry: TarEntry, content: PlaceContent | undefined): Promise<void> {
    await this.#push(tarHeader(entry));
    if (content === undefined) return;
    let bytes = 0;
    for await (const part of content.open()) {
      bytes += part.length;
      await this.#push(part);
    }
    if (bytes !== entry.sizeBytes) throw new Error(`${bytes} of ${entry.sizeBytes} bytes came`);
    await this.#push(tarPadding(bytes));
  }

  async #push(bytes: Uint8Array): Promise<void> {
    this.#tarBytes += bytes.length;
    if (bytes.length === 0 || this.#input.write(bytes)) return;
    const drained = new Promise<void>((resolve) => this.#input.once("drain", resolve));
    await Promise.race([drained, this.#done]);
  }

  async finish(): Promise<FinishedArchive> {
    await this.#last;
    this.#input.end(tarEnd(this.#tarBytes));
    await this.#done;
    return { file: this.#file, sizeBytes: this.#sizeBytes, sha256: this.#hash.digest("hex") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#input.destroy();
    await this.#done.catch(() => undefined);
    await rm(this.#file, { force: true });
  }
}
