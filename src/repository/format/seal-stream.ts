/**
 * Seals many small objects with one cipher that stays open: making one for each 16 KiB costs more than the encryption.
 *
 * CTR mode encrypts by a counter that starts at the nonce. Here each object's nonce is the counter at which the object before
 * ended, rounded up to a block; the first is random. So all nonces of one stream differ, no two objects share a block of key
 * stream, and whoever opens one of them needs to know nothing of this. Two streams would have to start within 2^40 blocks
 * of each other among 2^128 to overlap.
 */
import { type Cipheriv, createCipheriv } from "node:crypto";
import { freeMemory } from "../../host/free-memory.ts";
import { type MasterKey, nonceBytes, Sealer, sealBytes } from "./crypto.ts";
import { advanceCounter, paddedToBlocks } from "./ctr-counter.ts";

export class SealStream {
  readonly #sealer: Sealer;
  readonly #cipher: Cipheriv;
  /** The counter of the next block: 128 bits, big endian. */
  readonly #counter: Buffer;

  /** `start`: 16 random bytes, used for one stream only. */
  constructor(key: MasterKey, start: Uint8Array) {
    this.#sealer = new Sealer(key);
    this.#counter = Buffer.from(start);
    this.#cipher = createCipheriv("aes-256-ctr", key.encrypt, this.#counter);
  }

  /**
   * Writes nonce, ciphertext and MAC of the first `bytes` of `plain` to `out` at `at`; returns the offset behind them. `plain` must be as
   * long as `bytes` rounded up to 16, at least 16; what lies behind `bytes` is used up but stored nowhere.
   */
  sealInto(out: Buffer, at: number, plain: Uint8Array, bytes: number): number {
    const paddedBytes = paddedToBlocks(bytes);
    if (plain.length < paddedBytes) throw new RangeError("no room to round up to a block");
    const ciphertext = this.#cipher.update(plain.length === paddedBytes ? plain : plain.subarray(0, paddedBytes));
    out.set(this.#counter, at);
    ciphertext.copy(out, at + nonceBytes, 0, bytes);
    freeMemory(ciphertext);
    const stored = out.subarray(at + nonceBytes, at + nonceBytes + bytes);
    out.set(this.#sealer.mac(stored, this.#counter), at + nonceBytes + bytes);
    advanceCounter(this.#counter, paddedBytes);
    return at + bytes + sealBytes;
  }

  /**
   * As `sealInto` for objects of these lengths, which lie one behind the other in `plain`, each rounded up to 16: the same bytes, in a third
   * of the time that small ones take one by one.
   */
  sealRun(out: Buffer, at: number, plain: Uint8Array, lengths: readonly number[]): number {
    const paddedBytes = lengths.reduce((sum, bytes) => sum + paddedToBlocks(bytes), 0);
    if (plain.length < paddedBytes) throw new RangeError("no room to round up to a block");
    const nonces = Buffer.allocUnsafe(lengths.length * nonceBytes);
    for (const [i, bytes] of lengths.entries()) {
      nonces.set(this.#counter, i * nonceBytes);
      advanceCounter(this.#counter, paddedToBlocks(bytes));
    }
    const keys = this.#sealer.nonceKeys(nonces);
    const ciphertext = this.#cipher.update(plain.subarray(0, paddedBytes));
    let end = at;
    let from = 0;
    for (const [i, bytes] of lengths.entries()) {
      nonces.copy(out, end, i * nonceBytes, (i + 1) * nonceBytes);
      ciphertext.copy(out, end + nonceBytes, from, from + bytes);
      const key = keys.subarray(i * nonceBytes, (i + 1) * nonceBytes);
      out.set(this.#sealer.macUnder(ciphertext.subarray(from, from + bytes), key), end + nonceBytes + bytes);
      end += bytes + sealBytes;
      from += paddedToBlocks(bytes);
    }
    freeMemory(ciphertext);
    return end;
  }
}
