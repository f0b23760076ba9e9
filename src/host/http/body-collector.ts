/** The bytes of an answer, in one piece that belongs to whoever asked. */
import { HttpFailure } from "./http-client.ts";

export class BodyCollector {
  readonly #length: number | undefined;
  readonly #whole: Uint8Array<ArrayBuffer> | undefined;
  readonly #chunks: Uint8Array[] = [];
  #got = 0;

  /** `length`: what the server announced, if it did. Memory is made at once for up to `atOnce` of it. */
  constructor(length: string | undefined, atOnce: number) {
    this.#length = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
    this.#whole = this.#length !== undefined && this.#length <= atOnce ? new Uint8Array(this.#length) : undefined;
  }

  /** Throws HttpFailure for more than was announced. */
  add(chunk: Uint8Array): void {
    if (this.#got + chunk.length > (this.#length ?? Number.POSITIVE_INFINITY))
      throw this.#other(this.#got + chunk.length);
    if (this.#whole === undefined) this.#chunks.push(chunk);
    else this.#whole.set(chunk, this.#got);
    this.#got += chunk.length;
  }

  /** Throws HttpFailure for less than was announced. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#length !== undefined && this.#got < this.#length) throw this.#other(this.#got);
    return this.#whole ?? Uint8Array.from(Buffer.concat(this.#chunks));
  }

  #other(got: number): HttpFailure {
    return new HttpFailure("unreachable", `${got} bytes came, ${this.#length} were announced`);
  }
}
