/** Compares two databases of the app. In a thread: SQLite takes its time, and a lock must be refreshed meanwhile. */
import type { AnyReason } from "../base/reason-codes.ts";
import { untilAborted } from "../base/until-aborted.ts";
import type { InstanceDifference } from "../openwebui/compare/compare-instances.ts";
import { WorkerPool, workerScript } from "../repository/workers/worker-pool.ts";

export interface ComparedDatabases {
  /** Absolute paths of files that nobody else has open. */
  readonly older: string;
  readonly newer: string;
  /** Rows listed of each kind and state. */
  readonly listed: number;
}

/** Or what SQLite said where one of them cannot be read. */
export type DatabaseComparison = { readonly difference: InstanceDifference } | { readonly damage: AnyReason };

/** Changes and leaves nothing. Rejects with the signal's reason. */
export async function compareDatabases(databases: ComparedDatabases, signal: AbortSignal): Promise<DatabaseComparison> {
  await using pool = new WorkerPool<ComparedDatabases, DatabaseComparison>({
    script: workerScript("./compare-databases-worker", import.meta.url),
    size: 1,
    workerData: () => undefined,
  });
  return await untilAborted(signal, () => pool.run(databases));
}
