/**
 * What becomes of each pack. The rules are restic's (internal/repository/prune.go, decidePackAction), so that both agree on when a
 * repository is tidy. Pure.
 */

import type { PackId } from "../../base/ids.ts";
import { limits, MiB } from "../../base/limits.ts";
import type { PackUse } from "./pack-use.ts";
import { type PruneOptions, unusedLimit } from "./prune-options.ts";
import type { PackFate, PlannedPack } from "./prune-plan.ts";

/** Small packs are put together where there are this many: fewer are not worth it, and one alone would be written anew each time. */
const fewSmallPacks = 10;
const smallShare = 0.8;
/** restic never calls a pack small that holds this much. */
const leastPackBytes = 4 * MiB;

export interface DecideInput {
  readonly uses: readonly PackUse[];
  /** Whether the storage has the pack. */
  readonly isThere: (pack: PackId) => boolean;
  readonly options: PruneOptions;
  /** Of the repository's format: only from 2 on are trees compressed. */
  readonly version: number;
}

/** Every pack with its fate, in the order given. A pack with a used blob is never removed or forgotten. */
export function decidePacks(input: DecideInput): PlannedPack[] {
  const { uses, isThere, options, version } = input;
  const smallBytes = smallPackBytes(uses, options.repackSmall);
  const fates = new Map<PackUse, PackFate>();
  const candidates: PackUse[] = [];
  const small: PackUse[] = [];
  for (const use of uses) {
    const mustCompress = version >= 2 && use.plainTrees;
    if (use.usedBlobs === 0) fates.set(use, isThere(use.pack.id) ? "remove" : "forget");
    else if (options.repackCacheableOnly && use.kind === "data") fates.set(use, "keep");
    else if (use.unusedBlobs > 0 || use.kind === "mixed" || mustCompress) candidates.push(use);
    else if (use.bytes < smallBytes) small.push(use);
  }
  candidates.push(...worthMerging(small, options.repackSmall));
  candidates.sort(bySavings(smallBytes));
  for (const use of chooseRepacked(candidates, input, smallBytes)) fates.set(use, "repack");
  return uses.map((use) => ({ ...use, fate: fates.get(use) ?? "keep" }));
}

/** Of candidates in order, those that are written anew: until little enough is unused, or too much would be written. */
function chooseRepacked(candidates: readonly PackUse[], input: DecideInput, smallBytes: number): PackUse[] {
  const { uses, options, version } = input;
  const limit = unusedLimit(
    options.maxUnused,
    sum(uses, (use) => use.usedBytes),
  );
  let unusedBytes = sum(uses, (use) => (use.usedBlobs === 0 ? 0 : use.unusedBytes));
  let repackBytes = 0;
  return candidates.filter((use) => {
    if (repackBytes + use.bytes > (options.maxRepackBytes ?? Number.POSITIVE_INFINITY)) return false;
    const always = use.kind !== "data" || (version >= 2 && use.plainTrees) || use.bytes < smallBytes;
    if (!always && unusedBytes <= limit) return false;
    repackBytes += use.bytes;
    unusedBytes -= use.unusedBytes;
    return true;
  });
}

/** Below it a pack is small: four fifths of the size that all but three in a hundred reach; or of that at which packs are closed. */
function smallPackBytes(uses: readonly PackUse[], repackSmall: boolean): number {
  if (repackSmall) return smallShare * limits.packTargetBytes;
  const sizes = uses.map(({ bytes }) => bytes).sort((a, b) => a - b);
  return smallShare * Math.max(leastPackBytes, sizes[Math.floor((sizes.length * 3) / 100)] ?? 0);
}

/** By kind, for what is written anew comes into packs by kind too. */
function worthMerging(small: readonly PackUse[], repackSmall: boolean): PackUse[] {
  if (!repackSmall) return small.length < fewSmallPacks ? [] : [...small];
  return (["data", "tree"] as const).flatMap((kind) => {
    const same = small.filter((use) => use.kind === kind);
    return same.length < 2 ? [] : same;
  });
}

/** Packs with trees first, for every reader profits; then small ones; then those of which most is unused. */
function bySavings(smallBytes: number): (a: PackUse, b: PackUse) => number {
  const rank = (use: PackUse): number => (use.kind !== "data" ? 0 : use.bytes < smallBytes ? 1 : 2);
  return (a, b) => rank(a) - rank(b) || b.unusedBytes / b.bytes - a.unusedBytes / a.bytes;
}

function sum(uses: readonly PackUse[], amount: (use: PackUse) => number): number {
  return uses.reduce((total, use) => total + amount(use), 0);
}
