/**
 * Encryption and authentication of everything a repository holds: AES-256-CTR, then Poly1305-AES over the ciphertext.
 * A sealed object is nonce (16 bytes), ciphertext, MAC (16). Source: restic's doc/design.rst, "Keys, Encryption and MAC".
 */

import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import { ObhutError } from "../../base/errors.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { freeMemory } from "../../host/free-memory.ts";
import { damaged } from "./damaged.ts";
import { createMac } from "./poly1305.ts";

export const nonceBytes = 16;
export const macBytes = 16;
/** How many bytes longer a sealed object is than its plaintext. */
export const sealBytes = nonceBytes + macBytes;

/** The keys under which a repository's objects lie. Never printed: hence no plain fields in a log of this object. */
export interface MasterKey {
  /** AES-256. */
  readonly encrypt: Buffer;
  /** AES-128, makes a one-time Poly1305 key of each nonce. */
  readonly macK: Buffer;
  /** The fixed half of the Poly1305 key. */
  readonly macR: Buffer;
}

/** Cryptographically strong random bytes; `crypto.randomBytes` outside of tests. */
export type Random = (bytes: number) => Uint8Array;

/**
 * One key, ready for many objects. Holds an open cipher, so one `Sealer` belongs to one thread. Its result for a nonce is
 * determined: the caller must never use a nonce twice.
 */
export class Sealer {
  readonly #encrypt: KeyObject;
  /** A never-ended AES-128-ECB stream: one block in, one block out, without the cost of a new cipher each time. */
  readonly #nonceCipher: Cipheriv;
  readonly #oneTimeKey: Buffer = Buffer.alloc(32);

  constructor(key: MasterKey) {
    this.#encrypt = createSecretKey(key.encrypt);
    this.#nonceCipher = createCipheriv("aes-128-ecb", key.macK, null).setAutoPadding(false);
    key.macR.copy(this.#oneTimeKey, 0);
  }

  /** Writes nonce, ciphertext and MAC to `out` at `at`; returns the offset behind them. `out` must have room. */
  sealInto(out: Buffer, at: number, plain: Uint8Array, nonce: Uint8Array): number {
    out.set(nonce, at);
    const cipher = createCipheriv("aes-256-ctr", this.#encrypt, nonce);
    const ciphertext = cipher.update(plain);
    out.set(ciphertext, at + nonceBytes);
    const end = at + nonceBytes + ciphertext.length;
    out.set(this.mac(ciphertext, nonce), end);
    freeMemory(ciphertext);
    return end + macBytes;
  }

  seal(plain: Uint8Array, nonce: Uint8Array): Buffer {
    const out = Buffer.allocUnsafeSlow(plain.length + sealBytes);
    this.sealInto(out, 0, plain, nonce);
    return out;
  }

  /** The plaintext, or undefined where the bytes were not sealed with this key or changed since. */
  tryOpen(sealed: Uint8Array): Buffer | undefined {
    if (sealed.length < sealBytes) return undefined;
    const nonce = sealed.subarray(0, nonceBytes);
    const macAt = sealed.length - macBytes;
    const ciphertext = sealed.subarray(nonceBytes, macAt);
    if (!timingSafeEqual(this.mac(ciphertext, nonce), sealed.subarray(macAt))) return undefined;
    return createDecipheriv("aes-256-ctr", this.#encrypt, nonce).update(ciphertext);
  }

  /** The plaintext. `what` names the object in OBJECT_DAMAGED. */
  open(sealed: Uint8Array, what: AnyReason): Buffer {
    const plain = this.tryOpen(sealed);
    if (plain === undefined) {
      throw damaged(what, reason("codeWrong", {}));
    }
    return plain;
  }

  /** 16 bytes. */
  mac(ciphertext: Uint8Array, nonce: Uint8Array): Buffer {
    return this.macUnder(ciphertext, this.nonceKeys(nonce));
  }

  /** For nonces one behind the other what `macUnder` takes for each, of the same length. */
  nonceKeys(nonces: Uint8Array): Buffer {
    return this.#nonceCipher.update(nonces);
  }

  /** 16 bytes. */
  macUnder(ciphertext: Uint8Array, nonceKey: Uint8Array): Buffer {
    this.#oneTimeKey.set(nonceKey, 16);
    return createMac("poly1305", this.#oneTimeKey).update(ciphertext).final();
  }
}

/** A fresh master key, for a new repository. */
export function newMasterKey(random: Random): MasterKey {
  return { encrypt: Buffer.from(random(32)), macK: Buffer.from(random(16)), macR: Buffer.from(random(16)) };
}

/** 64 bytes in restic's order: AES key, then MAC key k and r. What scrypt gives, and what crosses to a worker. */
export function masterKeyOf(bytes: Uint8Array): MasterKey {
  if (bytes.length !== 64) throw new ObhutError("INTERNAL", { reason: `a master key of ${bytes.length} bytes` });
  const all = Buffer.from(bytes);
  return { encrypt: all.subarray(0, 32), macK: all.subarray(32, 48), macR: all.subarray(48, 64) };
}

export function masterKeyBytes(key: MasterKey): Buffer {
  return Buffer.concat([key.encrypt, key.macK, key.macR]);
}
