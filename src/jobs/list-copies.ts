/** What lies in a place for plain copies. */
import { type LabelledCopy, labelledCopies } from "../plain/read/open-copies.ts";
import type { PlainDestination } from "../plans/destination.ts";
import { filterSnapshots, type SnapshotFilter } from "../repository/find-snapshot.ts";
import type { JobWatch } from "./job-event.ts";
import { openPlace } from "./open-copies.ts";
import type { Parts } from "./parts.ts";

export interface ListCopiesOptions {
  readonly place: PlainDestination;
  readonly filter: SnapshotFilter;
}

export interface ListedCopies {
  readonly location: string;
  /** The oldest first, by their numbers. */
  readonly copies: readonly LabelledCopy[];
}

/** COPY_PLACE_MISSING, COPY_PLACE_OTHER. */
export async function listCopies(
  { place: destination, filter }: ListCopiesOptions,
  parts: Parts,
  { signal }: JobWatch,
): Promise<ListedCopies> {
  const place = await openPlace(destination, parts);
  try {
    const copies = await labelledCopies(place, destination.kind, signal);
    return { location: destination.written, copies: filterSnapshots(copies, filter) };
  } finally {
    await place.close();
  }
}
