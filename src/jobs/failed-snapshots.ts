/** Snapshots that are damaged or could not be read, where people name others, or these. Pure. */
import { ObhutError } from "../base/errors.ts";
import { type Finding, finding } from "../base/finding-codes.ts";
import { shortId } from "../base/ids.ts";
import { findSnapshot, type SnapshotFilter } from "../repository/find-snapshot.ts";
import {
  type FailedSnapshot,
  type LoadedSnapshots,
  namedFailure,
  type StoredSnapshot,
} from "../repository/snapshots.ts";

/**
 * What there is to say of them, but for those that are named: their error says it. Only a note where ids say that others are meant;
 * `latest` and `@time` might have meant one of these, and who names none means all.
 */
export function findingsBeside({ damaged, unreadable }: LoadedSnapshots, queries: readonly string[]): Finding[] {
  const isOther = queries.length > 0 && queries.every(isById);
  const isBeside = (one: FailedSnapshot): boolean => !queries.some((query) => isById(query) && begins(one, query));
  return [
    ...damaged
      .filter(isBeside)
      .map((one) => finding(isOther ? "OTHER_SNAPSHOT_DAMAGED" : "SNAPSHOT_DAMAGED", namedFailure(one))),
    ...unreadable
      .filter(isBeside)
      .map((one) => finding(isOther ? "OTHER_SNAPSHOT_UNREADABLE" : "SNAPSHOT_UNREADABLE", namedFailure(one))),
  ];
}

/** As `findSnapshot`. Where the digits name one that failed, its own error; SNAPSHOT_AMBIGUOUS where they name another too. */
export function findReadable(loaded: LoadedSnapshots, query: string, filter: SnapshotFilter): StoredSnapshot {
  const failed = failedBy(loaded, query);
  if (failed !== undefined) throw failed.error;
  return findSnapshot(loaded.snapshots, query, filter);
}

/** The one that failed and that these digits name. SNAPSHOT_AMBIGUOUS. */
export function failedBy(
  { snapshots, damaged, unreadable }: LoadedSnapshots,
  query: string,
): FailedSnapshot | undefined {
  if (!isById(query)) return undefined;
  const [first, ...more] = [...damaged, ...unreadable].filter((one) => begins(one, query));
  if (first === undefined) return undefined;
  const others = [...more, ...snapshots.filter((one) => begins(one, query))];
  if (others.length === 0) return first;
  const matches = [first, ...others].map(({ id }) => shortId(id)).join(", ");
  throw new ObhutError("SNAPSHOT_AMBIGUOUS", { query, matches });
}

/** Digits of an id, as against `latest` and `@time`. */
export function isById(query: string): boolean {
  return /^[0-9a-f]+$/i.test(query);
}

function begins({ id }: { readonly id: string }, digits: string): boolean {
  return id.startsWith(digits.toLowerCase());
}
