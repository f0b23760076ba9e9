/** Saves what is whole in damaged packs, and takes them out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ObhutError, reasonOf, systemCode } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { shortId } from "../base/ids.ts";
import { durableWrite } from "../host/durable-write.ts";
import type { DamagedPack } from "../repository/repair/load-damaged-pack.ts";
import { type RepairedPacks, repairPacks } from "../repository/repair/repair-packs.ts";
import type { JobWatch } from "./job-event.ts";
import type { Parts } from "./parts.ts";
import { type RepairCall, type RepairOutcome, repairDestination, repairProgress } from "./repair-destination.ts";

export interface RunRepairPacksOptions extends RepairCall {
  readonly packs: readonly string[];
}

export type RepairPacksSummary = Omit<RepairedPacks, "findings"> & RepairOutcome;

/** Errors: PACK_COPY_FAILED, and those of repairPacks. Copies of what goes lie in the folder of the call as `pack-ID`. */
export async function runRepairPacks(
  options: RunRepairPacksOptions,
  parts: Parts,
  watch: JobWatch,
): Promise<RepairPacksSummary> {
  const { packs, dryRun } = options;
  const keepCopy = async (pack: DamagedPack): Promise<void> => {
    const path = join(parts.folder, `pack-${pack.id}`);
    await writeCopy(path, pack);
    watch.emit({ type: "finding", finding: finding("PACK_COPY_KEPT", { pack: shortId(pack.id), path }) });
  };
  const onProgress = repairProgress(watch);
  return await repairDestination(options, parts, watch, (repository, signal) =>
    repairPacks(repository, { packs, dryRun, keepCopy, signal, onProgress }),
  );
}

/** A copy of the same bytes that an earlier call left is as good; any other file is never replaced. */
async function writeCopy(path: string, { id, bytes }: DamagedPack): Promise<void> {
  try {
    await durableWrite(path, bytes, { mode: 0o600, existing: "never" });
  } catch (error) {
    if (systemCode(error) === "EEXIST" && (await readFile(path)).equals(bytes)) return;
    throw new ObhutError("PACK_COPY_FAILED", { pack: shortId(id), path, reason: reasonOf(error) }, { cause: error });
  }
}
