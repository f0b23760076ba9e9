/** A repository's config. Source: restic's doc/design.rst, "Repository Format". */

import { isId } from "../../base/ids.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import type { Random } from "./crypto.ts";
import { damaged } from "./damaged.ts";
import { parseObject } from "./json-value.ts";
import { isChunkerPolynomial, randomPolynomial } from "./polynomial.ts";

export interface Config {
  /** 1, or 2 which compresses. */
  readonly version: number;
  /** 64 hex digits, random. */
  readonly id: string;
  /** 14 hex digits. */
  readonly chunkerPolynomial: string;
}

/** `polynomial` from another repository lets the two share the pieces that restic cuts. */
export function newConfig(random: Random, version: 1 | 2 = 2, polynomial?: string): Config {
  const chunkerPolynomial = polynomial ?? randomPolynomial(random).toString(16);
  return { version, id: Buffer.from(random(32)).toString("hex"), chunkerPolynomial };
}

export function encodeConfig(config: Config): Buffer {
  const { version, id, chunkerPolynomial } = config;
  return Buffer.from(`${JSON.stringify({ version, id, chunker_polynomial: chunkerPolynomial })}\n`);
}

/** OBJECT_DAMAGED where it is no config; a version that is unknown here is the caller's to refuse. */
export function decodeConfig(bytes: Uint8Array, what: AnyReason): Config {
  const { version, id, chunker_polynomial: polynomial } = parseObject(bytes, what);
  if (typeof version !== "number" || typeof id !== "string" || !isId(id) || typeof polynomial !== "string") {
    throw damaged(what, reason("configFields", {}));
  }
  if (!/^[0-9a-f]{1,16}$/i.test(polynomial) || !isChunkerPolynomial(BigInt(`0x${polynomial}`))) {
    throw damaged(what, reason("configPolynomial", {}));
  }
  return { version, id, chunkerPolynomial: polynomial };
}
