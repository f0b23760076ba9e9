/** Node 26's `crypto.createMac`, which @types/node does not declare yet. */
import * as crypto from "node:crypto";

interface Mac {
  update(bytes: Uint8Array): Mac;
  /** 16 bytes. */
  final(): Buffer;
}

interface MacFactory {
  createMac(algorithm: "poly1305", key: Uint8Array): Mac;
}

/** `key` is Poly1305's one-time key of 32 bytes; it is copied at once. */
export const createMac = (crypto as unknown as MacFactory).createMac;
