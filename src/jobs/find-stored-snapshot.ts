/** The snapshot a person names, in an opened repository. */
import { ObhutError } from "../base/errors.ts";
import { type Finding, finding } from "../base/finding-codes.ts";
import { shortId } from "../base/ids.ts";
import type { SnapshotFilter } from "../repository/find-snapshot.ts";
import { findSnapshot } from "../repository/find-snapshot.ts";
import type { Repository } from "../repository/repository.ts";
import { type DamagedSnapshot, loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import type { JobWatch } from "./job-event.ts";

export interface SnapshotChoice {
  /** Id or its first digits, `latest`, or `@time`. */
  readonly query: string;
  /** Name of the instance; undefined: any. */
  readonly instance: string | undefined;
}

/**
 * Errors: SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS. Snapshots that cannot be read are findings. Only a note where the id says that another
 * one is meant; `latest` and `@time` might have meant the one that cannot be read, so there it counts.
 */
export async function findStoredSnapshot(
  repository: Repository,
  { query, instance }: SnapshotChoice,
  { emit, signal }: JobWatch,
): Promise<StoredSnapshot> {
  const { snapshots, damaged } = await loadSnapshots(repository, signal);
  for (const one of damaged) emit({ type: "finding", finding: findingOf(one, query) });
  const filter: SnapshotFilter = instance === undefined ? {} : { instances: [instance] };
  const found = findSnapshot(snapshots, query, filter);
  const rivals = damaged.filter(({ id }) => isNamedById(id, query));
  if (rivals.length === 0) return found;
  const matches = [found, ...rivals].map(({ id }) => shortId(id)).join(", ");
  throw new ObhutError("SNAPSHOT_AMBIGUOUS", { query, matches });
}

function findingOf({ id, reason }: DamagedSnapshot, query: string): Finding {
  const params = { snapshot: shortId(id), reason };
  const isOther = /^[0-9a-f]+$/i.test(query) && !isNamedById(id, query);
  return isOther ? finding("OTHER_SNAPSHOT_DAMAGED", params) : finding("SNAPSHOT_DAMAGED", params);
}

function isNamedById(id: string, query: string): boolean {
  return id.startsWith(query.toLowerCase());
}
