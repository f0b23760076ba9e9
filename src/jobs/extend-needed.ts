/** Locks what a restore needs for another period, where the place locks files. */

import { extendRetention } from "../repository/extend-retention.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { Repository } from "../repository/repository.ts";
import type { JobWatch } from "./job-event.ts";

/** Of the packs those that the index lists now: what waits for its removal is let go. */
export async function extendNeeded(repository: Repository, { emit, signal }: JobWatch): Promise<void> {
  if (repository.storage.extend === undefined) return;
  const { index } = await loadIndex(repository, { signal });
  const needed = new Set(index.packs);
  for (const marked of index.marked.keys()) needed.delete(marked);
  const onFinding = (found: Parameters<Parameters<typeof extendRetention>[1]["onFinding"]>[0]): void =>
    emit({ type: "finding", finding: found });
  await extendRetention(repository, { needed, signal, onFinding });
}
