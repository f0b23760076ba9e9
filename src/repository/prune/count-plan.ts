/** The figures of a plan. Pure. */
import type { LoosePack } from "./loose-packs.ts";
import type { PlannedPack, PruneCounts } from "./prune-plan.ts";

export interface CountInput {
  readonly packs: readonly PlannedPack[];
  readonly loose: readonly LoosePack[];
  readonly recovered: number;
  readonly later: boolean;
}

export function countPlan({ packs, loose, recovered, later }: CountInput): PruneCounts {
  const of = (...fates: readonly PlannedPack["fate"][]): PlannedPack[] =>
    packs.filter(({ fate }) => fates.includes(fate));
  const there = packs.filter(({ fate }) => fate !== "forget");
  const young = loose.filter(({ fate }) => fate !== "remove");
  const old = loose.filter(({ fate }) => fate === "remove");
  const marked = later ? of("repack", "remove") : [];
  const [repack, removed, kept] = [of("repack"), of("remove", "forget"), of("keep")];
  return {
    used: amount(packs, ({ usedBlobs, usedBytes }) => [usedBlobs, usedBytes]),
    duplicate: amount(packs, ({ duplicateBlobs, duplicateBytes }) => [duplicateBlobs, duplicateBytes]),
    unused: amount(packs, (use) => [use.unusedBlobs - use.duplicateBlobs, use.unusedBytes - use.duplicateBytes]),
    repack: amount(repack, (use) => [use.usedBlobs + use.unusedBlobs, use.usedBytes + use.unusedBytes]),
    repackRemoved: amount(repack, unusedOf),
    removed: amount(removed, unusedOf),
    remainingUnused: amount(kept, unusedOf),
    packs: {
      used: there.filter((use) => use.usedBlobs > 0 && use.unusedBlobs === 0).length,
      partlyUsed: there.filter((use) => use.usedBlobs > 0 && use.unusedBlobs > 0).length,
      unused: there.filter((use) => use.usedBlobs === 0).length,
      unlisted: loose.length,
      keep: kept.length,
      repack: repack.length,
      remove: of("remove").length,
      young: young.length,
      later: marked.length,
      recovered,
      missing: of("forget").length,
    },
    unlistedBytes: old.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    youngBytes: young.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    laterBytes: marked.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function unusedOf({ unusedBlobs, unusedBytes }: PlannedPack): readonly [blobs: number, bytes: number] {
  return [unusedBlobs, unusedBytes];
}

function amount(
  packs: readonly PlannedPack[],
  of: (pack: PlannedPack) => readonly [blobs: number, bytes: number],
): { blobs: number; bytes: number } {
  let [blobs, bytes] = [0, 0];
  for (const pack of packs) {
    const [moreBlobs, moreBytes] = of(pack);
    blobs += moreBlobs;
    bytes += moreBytes;
  }
  return { blobs, bytes };
}
