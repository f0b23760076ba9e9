/** What a forget would remove, in an opened repository, and why the rest stays. Writes nothing. */
import { ObhutError } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { type SnapshotId, shortId } from "../base/ids.ts";
import { localZone } from "../base/time-zone.ts";
import { filterSnapshots, type SnapshotFilter } from "../repository/find-snapshot.ts";
import type { Grouping } from "../repository/forget/group-snapshots.ts";
import { isFuture, keepingGood, type PlannedGroup, planForget, removedBy } from "../repository/forget/plan-forget.ts";
import type { RetentionPolicy } from "../repository/forget/retention-policy.ts";
import type { Repository } from "../repository/repository.ts";
import { type LoadedSnapshots, loadSnapshots } from "../repository/snapshots.ts";
import { GoodSnapshots } from "./good-snapshots.ts";
import type { JobWatch } from "./job-event.ts";
import { namedSnapshots } from "./named-snapshots.ts";

export interface ForgetByPolicy {
  readonly kind: "policy";
  readonly policy: RetentionPolicy;
  readonly groupBy: ReadonlySet<Grouping>;
}

export interface ForgetNamed {
  readonly kind: "named";
  /** Ids or their first digits, `latest`, `@time`. */
  readonly queries: readonly string[];
}

export type ForgetChoice = ForgetByPolicy | ForgetNamed;

interface DecideOptions {
  readonly choice: ForgetChoice;
  readonly filter: SnapshotFilter;
  readonly allowRemoveAll: boolean;
}

export interface DecidedForget {
  /** Those that were named are one group, which keeps nothing. */
  readonly groups: readonly PlannedGroup[];
  /** Oldest first; after those that are damaged, which only their id can name. */
  readonly remove: readonly SnapshotId[];
}

export async function decideForget(
  repository: Repository,
  options: DecideOptions,
  watch: JobWatch,
): Promise<DecidedForget> {
  const loaded = await loadSnapshots(repository, watch.signal);
  const nowMs = repository.actor.clock.nowMs();
  const good = new GoodSnapshots(repository, { snapshots: loaded.snapshots, nowMs, signal: watch.signal });
  const { choice } = options;
  if (choice.kind === "named") return await decideNamed(loaded, { ...options, choice }, good);
  return await decideByPolicy(loaded, { ...options, choice, nowMs, good }, watch);
}

async function decideNamed(
  loaded: LoadedSnapshots,
  { choice, filter, allowRemoveAll }: DecideOptions & { readonly choice: ForgetNamed },
  good: GoodSnapshots,
): Promise<DecidedForget> {
  const { snapshots, damaged } = namedSnapshots(loaded, choice.queries, filter);
  const last = allowRemoveAll ? undefined : await good.lastAmong(snapshots);
  if (last !== undefined) {
    throw new ObhutError("FORGET_LAST_GOOD", { snapshot: shortId(last.id), instance: last.hostname });
  }
  const decisions = snapshots.map((snapshot) => ({ snapshot, reasons: [] }));
  return { groups: [{ key: {}, decisions }], remove: [...damaged, ...snapshots].map(({ id }) => id) };
}

interface PolicyOptions extends DecideOptions {
  readonly choice: ForgetByPolicy;
  readonly nowMs: number;
  readonly good: GoodSnapshots;
}

/** What cannot be read is said and stays: nobody knows what it is, or whether another copy mends it. */
async function decideByPolicy(
  { snapshots, findings }: LoadedSnapshots,
  { choice, filter, allowRemoveAll, nowMs, good }: PolicyOptions,
  { emit }: JobWatch,
): Promise<DecidedForget> {
  for (const found of findings) emit({ type: "finding", finding: found });
  const chosen = filterSnapshots(snapshots, filter);
  for (const { id, time } of chosen.filter((one) => isFuture(one, nowMs))) {
    emit({ type: "finding", finding: finding("SNAPSHOT_IN_FUTURE", { snapshot: shortId(id), time }) });
  }
  const planned = planForget(chosen, { ...choice, nowMs, zone: localZone });
  const groups = allowRemoveAll ? planned : keepingGood(planned, await good.keptFrom(removedBy(planned)));
  return { groups, remove: removedBy(groups).map(({ id }) => id) };
}
