/** The keys that a snapshot holds: what they are called, and on request written out for their owner alone. */

import { chmod } from "node:fs/promises";
import { baseName, displayPath } from "../base/byte-path.ts";
import { snapshotSecrets } from "../capture/layout.ts";
import { makeFolders } from "../host/make-folders.ts";
import type { IndexedRepository } from "../repository/repository.ts";
import { planRestore } from "../repository/restore/plan-restore.ts";
import { restore } from "../repository/restore/restore.ts";
import type { StoredSnapshot } from "../repository/snapshots.ts";
import { treeAt } from "../repository/walk-tree.ts";
import type { JobWatch } from "./job-event.ts";

export interface RestoredSecrets {
  /** Names of the files below `secrets/`. */
  readonly names: readonly string[];
  /** Where they were written to; undefined: they were not. */
  readonly folder: string | undefined;
}

export interface RestoreSecretsOptions {
  readonly repository: IndexedRepository;
  readonly snapshot: StoredSnapshot;
  /** Undefined: nothing is written. */
  readonly folder: string | undefined;
  readonly watch: JobWatch;
}

/** TARGET_NOT_EMPTY where the folder holds something: other keys may be in it. */
export async function restoreSecrets({
  repository,
  snapshot,
  folder,
  watch,
}: RestoreSecretsOptions): Promise<RestoredSecrets> {
  const there = await treeAt(repository, snapshot.tree, snapshotSecrets, watch.signal);
  if (there === undefined) return { names: [], folder: undefined };
  const plan = await planRestore(repository, snapshot, { subpath: snapshotSecrets, signal: watch.signal });
  const names = plan.files.map(({ path }) => displayPath(baseName(path))).sort();
  if (folder === undefined) return { names, folder: undefined };
  await makeFolders(folder, 0o700);
  await chmod(folder, 0o700);
  const { findings } = await restore(repository, plan, { target: folder, verify: true, signal: watch.signal });
  for (const found of findings) watch.emit({ type: "finding", finding: found });
  return { names, folder };
}
