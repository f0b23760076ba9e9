/** Opens restored databases and lets SQLite check each of them whole. In threads: a large one takes a while. */
import { availableParallelism } from "node:os";
import type { BytePath } from "../base/byte-path.ts";
import { untilAborted } from "../base/until-aborted.ts";
import { WorkerPool, workerScript } from "../repository/workers/worker-pool.ts";

export interface DatabaseTask {
  /** Absolute path of a file that nobody else has open. */
  readonly path: BytePath;
  /** It is the app's own: its rows are counted and looked into. */
  readonly isApp: boolean;
  /** SQLite reads and checks all of it. */
  readonly whole: boolean;
}

export interface DatabaseVerdict {
  /** Not a SQLite database at all, by its first bytes. */
  readonly isDatabase: boolean;
  /** What SQLite says is wrong; undefined: sound. */
  readonly damage: string | undefined;
  /** Rows of the app's own tables. */
  readonly counts: Readonly<Record<string, number>>;
  /** The data directory as rows name it, the most frequent first. */
  readonly dataPaths: readonly string[];
}

/** One verdict for each task, in their order. Changes and leaves nothing. Rejects with the signal's reason. */
export async function checkDatabases(
  tasks: readonly DatabaseTask[],
  signal: AbortSignal,
): Promise<readonly DatabaseVerdict[]> {
  if (tasks.length === 0) return [];
  await using pool = new WorkerPool<DatabaseTask, DatabaseVerdict>({
    script: workerScript("./check-database-worker", import.meta.url),
    // Files are read back and hashed meanwhile, by as many threads as there are cores.
    size: Math.min(2, Math.ceil(availableParallelism() / 2), tasks.length),
    workerData: () => undefined,
  });
  return await untilAborted(signal, () => Promise.all(tasks.map((task) => pool.run(task))));
}
