/** Reads packs whole and has them proven in threads. */

import { eachConcurrently } from "../../base/each-concurrently.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type PackId, shortId } from "../../base/ids.ts";
import type { AnyReason } from "../../base/reason-codes.ts";
import { failureReason, isSome, severalReasons } from "../failure-reason.ts";
import { masterKeyBytes } from "../format/crypto.ts";
import { idBytes } from "../format/hex.ts";
import { packBufferBytes } from "../packs/pack-filler.ts";
import type { Repository } from "../repository.ts";
import { SharedLoads } from "../workers/shared-loads.ts";
import { WorkerPool, workerScript } from "../workers/worker-pool.ts";
import type { CheckOptions } from "./check-options.ts";
import type { CheckPackResult, CheckPackTask, ExpectedBlobs } from "./check-pack-task.ts";
import type { SizedPack } from "./choose-packs.ts";
import type { IndexRows } from "./listed-packs.ts";

export interface PackToRead extends SizedPack {
  readonly rows: IndexRows | undefined;
}

export interface ReadPacks {
  readonly bytesRead: number;
  /** Ids of blobs, and the packs that should hold them and do not. */
  readonly lostBlobs: ReadonlyMap<string, ReadonlySet<PackId>>;
  readonly findings: readonly Finding[];
}

/** Packs in memory at once. */
const maxLoads = 4;

/** Heap of a checking thread. The longest header allowed lists 400,000 blobs. */
const threadLimits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 4 };

export type CheckingThreads = WorkerPool<CheckPackTask, CheckPackResult>;

/** Owned by the caller, who may start them before it is known which packs there are. */
export function checkingThreads(repo: Repository, { threads }: CheckOptions): CheckingThreads {
  return new WorkerPool<CheckPackTask, CheckPackResult>({
    script: workerScript("./check-worker", import.meta.url),
    workerData: () => ({ masterKey: masterKeyBytes(repo.masterKey) }),
    resourceLimits: threadLimits,
    ...(threads === undefined ? {} : { size: threads }),
  });
}

export async function readPacks(
  repo: Repository,
  packs: readonly PackToRead[],
  { pool, signal, onProgress }: Pick<CheckOptions, "signal" | "onProgress"> & { readonly pool: CheckingThreads },
): Promise<ReadPacks> {
  const loads = new SharedLoads(repo.storage, packBufferBytes);
  const lostBlobs = new Map<string, Set<PackId>>();
  const findings: Finding[] = [];
  const bytesTotal = packs.reduce((sum, pack) => sum + pack.sizeBytes, 0);
  let [done, bytesRead] = [0, 0];
  await eachConcurrently(packs.length, Math.min(maxLoads, pool.size + 1), async (at) => {
    const pack = packs[at];
    if (pack === undefined) return;
    signal?.throwIfAborted();
    try {
      const { id, sizeBytes, rows } = pack;
      const whole = { file: { type: "data", name: id }, range: { offset: 0, length: sizeBytes }, signal } as const;
      const {
        damages,
        lostBlobs: lost,
        indexWrong,
      } = await loads.with(whole, async (bytes) => {
        bytesRead += bytes.length;
        return await pool.run({ pack: id, bytes, ...(rows === undefined ? {} : { expected: expectedOf(rows) }) });
      });
      for (const blob of lost) lostBlobs.set(blob, (lostBlobs.get(blob) ?? new Set()).add(id));
      if (indexWrong !== undefined) findings.push(finding("INDEX_WRONG", { pack: shortId(id), reason: indexWrong }));
      if (isSome(damages)) findings.push(packDamaged(pack, damages));
    } catch (error) {
      if (signal?.aborted) throw error;
      findings.push(finding("PACK_UNREADABLE", { pack: shortId(pack.id), reason: failureReason(error) }));
    }
    onProgress?.({ phase: "packs", done: ++done, total: packs.length, bytesDone: bytesRead, bytesTotal });
  });
  return { bytesRead, lostBlobs, findings };
}

function packDamaged({ id }: PackToRead, damages: readonly [AnyReason, ...AnyReason[]]): Finding {
  return finding("PACK_DAMAGED", { pack: id, reason: severalReasons(damages) });
}

/** Copies, because the index's columns are needed here still. */
function expectedOf({ columns, from, to }: IndexRows): ExpectedBlobs {
  return {
    ids: columns.ids.slice(from * idBytes, to * idBytes),
    types: columns.types.slice(from, to),
    offsets: columns.offsets.slice(from, to),
    lengths: columns.lengths.slice(from, to),
    uncompressedLengths: columns.uncompressedLengths.slice(from, to),
  };
}
