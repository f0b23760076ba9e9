/**
 * Opens many small objects with one cipher that stays open, where they were sealed one after the other (see seal-stream.ts): making one for
 * each costs half of what the decryption does. Objects whose nonces do not follow one another open as well, each with a cipher of its own.
 */
import { createDecipheriv, createSecretKey, type Decipheriv, type KeyObject, timingSafeEqual } from "node:crypto";
import { freeMemory } from "../../host/free-memory.ts";
import { type MasterKey, macBytes, nonceBytes, Sealer, sealBytes } from "./crypto.ts";
import { advanceCounter, paddedToBlocks } from "./ctr-counter.ts";

export class OpenStream {
  readonly #sealer: Sealer;
  readonly #key: KeyObject;
  #cipher: Decipheriv | undefined;
  /** The counter at which the cipher stands: the nonce of the object that it can open. */
  readonly #counter = Buffer.alloc(nonceBytes);
  #plain: Buffer | undefined;

  constructor(key: MasterKey) {
    this.#sealer = new Sealer(key);
    this.#key = createSecretKey(key.encrypt);
  }

  /**
   * The plaintext, or undefined where the bytes were not sealed with this key or changed since. Valid until the next call, which gives its
   * memory back.
   */
  tryOpen(sealed: Uint8Array): Buffer | undefined {
    this.#giveBack();
    if (sealed.length < sealBytes) return undefined;
    const macAt = sealed.length - macBytes;
    const nonce = sealed.subarray(0, nonceBytes);
    const mac = this.#sealer.mac(sealed.subarray(nonceBytes, macAt), nonce);
    if (!timingSafeEqual(mac, sealed.subarray(macAt))) return undefined;
    const length = macAt - nonceBytes;
    // Up to a block's end, as it was sealed: what lies behind the ciphertext is its MAC, and long enough.
    const paddedBytes = paddedToBlocks(length);
    const plain = this.#cipherAt(nonce).update(sealed.subarray(nonceBytes, nonceBytes + paddedBytes));
    advanceCounter(this.#counter, paddedBytes);
    this.#plain = plain;
    return plain.subarray(0, length);
  }

  #cipherAt(nonce: Uint8Array): Decipheriv {
    if (this.#cipher !== undefined && this.#counter.equals(nonce)) return this.#cipher;
    this.#counter.set(nonce);
    this.#cipher = createDecipheriv("aes-256-ctr", this.#key, nonce);
    return this.#cipher;
  }

  /** At once: the collector lets tens of MiB lie before it looks, in each thread. */
  #giveBack(): void {
    const plain = this.#plain;
    this.#plain = undefined;
    if (plain !== undefined && plain.length >= worthGivingBack) freeMemory(plain);
  }
}

/** Bytes; smaller ones are collected soon enough. */
const worthGivingBack = 4096;
