/** What is stored in a repository. */
import { isIncomplete } from "../base/finding-codes.ts";
import type { Destination } from "../plans/destination.ts";
import { filterSnapshots, type SnapshotFilter } from "../repository/find-snapshot.ts";
import { loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import type { JobWatch } from "./job-event.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface ListSnapshotsOptions {
  readonly repository: Destination;
  readonly filter: SnapshotFilter;
}

export interface ListedSnapshots {
  readonly location: string;
  /** Oldest first. */
  readonly snapshots: readonly StoredSnapshot[];
  /** A snapshot could not be read; the others are listed. */
  readonly incomplete: boolean;
}

/** Takes no lock: a list is only read. */
export async function listSnapshots(
  { repository, filter }: ListSnapshotsOptions,
  parts: Parts,
  { emit, signal }: JobWatch,
): Promise<ListedSnapshots> {
  await using opened = await openDestination(repository, parts);
  const { snapshots, findings } = await loadSnapshots(opened.repository, signal);
  for (const found of findings) emit({ type: "finding", finding: found });
  return {
    location: opened.repository.storage.location,
    snapshots: filterSnapshots(snapshots, filter),
    incomplete: findings.some(isIncomplete),
  };
}
