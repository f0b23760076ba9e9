/** Changes the tags of snapshots. */
import { ObhutError } from "../base/errors.ts";
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import { shortId } from "../base/ids.ts";
import type { Destination } from "../plans/destination.ts";
import { type ChangedSnapshot, changeTags, type TagChange } from "../repository/change-tags.ts";
import { failureReason } from "../repository/failure-reason.ts";
import type { Repository } from "../repository/repository.ts";
import { requireRemoval } from "../repository/require-removal.ts";
import { loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import { chooseSnapshots, type SnapshotsChoice } from "./choose-snapshots.ts";
import { holdLock } from "./hold-lock.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface RunTagOptions extends SnapshotsChoice {
  readonly repository: Destination;
  readonly change: TagChange;
}

export interface TagSummary {
  readonly location: string;
  /** Those whose tags are others now. */
  readonly changed: readonly ChangedSnapshot[];
  /** Chosen, and left as they were: their tags were right already. */
  readonly unchanged: number;
  readonly incomplete: boolean;
}

/**
 * Takes an exclusive lock, as restic does. A storage that only takes files is told before anything is written: STORAGE_APPEND_ONLY.
 * Where an old snapshot cannot be removed nevertheless, that is said and the work ends there, before there is more of it.
 */
export async function runTag(options: RunTagOptions, parts: Parts, watch: JobWatch): Promise<TagSummary> {
  await using opened = await openDestination(options.repository, parts);
  const { repository } = opened;
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  await using lock = await holdLock(repository, "exclusive", { emit, signal: watch.signal });
  const chosen = await choose(repository, options, { emit, signal: lock.signal });
  if (chosen.length > 0) await requireRemoval(repository, "snapshots");
  const changed: ChangedSnapshot[] = [];
  let unchanged = 0;
  for (const snapshot of chosen) {
    lock.signal.throwIfAborted();
    const one = await changeTags(repository, snapshot, options.change, lock.signal);
    if (one === undefined) unchanged++;
    else changed.push(one);
    if (one?.notRemoved === undefined) continue;
    const { location } = repository.storage;
    const params = { location, snapshot: shortId(snapshot.id), reason: failureReason(one.notRemoved) };
    emit({ type: "error", error: new ObhutError("SNAPSHOT_NOT_REMOVED", params), destination: location });
    break;
  }
  const failed = changed.some(({ notRemoved }) => notRemoved !== undefined);
  return {
    location: repository.storage.location,
    changed,
    unchanged,
    incomplete: failed || findings.some(isIncomplete),
  };
}

async function choose(
  repository: Repository,
  options: RunTagOptions,
  { emit, signal }: JobWatch,
): Promise<readonly StoredSnapshot[]> {
  const loaded = await loadSnapshots(repository, signal);
  return chooseSnapshots(loaded, options, (found) => emit({ type: "finding", finding: found }));
}
