/** What a check is asked to do, and what it says at the end. */
import type { Finding } from "../../base/finding-codes.ts";
import { parseSize } from "../../base/parse-size.ts";

/** Which packs are read and proven byte for byte. */
export type ReadData =
  | { readonly kind: "none" }
  | { readonly kind: "all" }
  /** Part n of t, 1 to t: each pack belongs to exactly one, so that t checks see everything. As restic's. */
  | { readonly kind: "part"; readonly part: number; readonly of: number }
  /** That share of the packs, chosen at random: above 0, up to 1. */
  | { readonly kind: "share"; readonly share: number }
  /** Packs chosen at random, up to this many bytes. */
  | { readonly kind: "bytes"; readonly bytes: number };

export interface CheckOptions {
  readonly readData: ReadData;
  /** Threads; default: one for each core. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CheckProgress) => void;
}

export interface CheckProgress {
  readonly phase: "index" | "packs" | "trees";
  readonly done: number;
  readonly total?: number;
  readonly bytesDone: number;
  readonly bytesTotal?: number;
}

export interface CheckReport {
  readonly snapshots: number;
  readonly packs: number;
  readonly blobs: number;
  readonly trees: number;
  readonly packsRead: number;
  readonly bytesRead: number;
  /** Those that are no notes mean that something is wrong. */
  readonly findings: readonly Finding[];
}

/** `n/t`, `x%` or a size such as `500M`, as restic's --read-data-subset; undefined where it is none of them. */
export function parseReadDataSubset(text: string): ReadData | undefined {
  const part = /^(\d{1,3})\/(\d{1,3})$/.exec(text);
  if (part !== null) {
    const [n, of] = [Number(part[1]), Number(part[2])];
    return n >= 1 && n <= of && of <= 256 ? { kind: "part", part: n, of } : undefined;
  }
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent !== null) {
    const share = Number(percent[1]) / 100;
    return share > 0 && share <= 1 ? { kind: "share", share } : undefined;
  }
  const bytes = parseSize(text) ?? 0;
  return bytes > 0 ? { kind: "bytes", bytes } : undefined;
}
