/** The files of a plain copy. */
import type { BytePath } from "../base/byte-path.ts";
import { ObhutError } from "../base/errors.ts";
import type { CopiedEntry } from "../plain/copy/copied-entry.ts";
import { readFileList } from "../plain/copy/file-list.ts";
import { labelledCopies } from "../plain/read/open-copies.ts";
import type { PlainDestination } from "../plans/destination.ts";
import { findSnapshot } from "../repository/find-snapshot.ts";
import { virtualPath } from "../repository/walk-tree.ts";
import type { SnapshotChoice } from "./find-stored-snapshot.ts";
import type { JobWatch } from "./job-event.ts";
import { openPlace } from "./open-copies.ts";
import type { Parts } from "./parts.ts";

export interface ListCopyOptions {
  readonly place: PlainDestination;
  readonly snapshot: SnapshotChoice;
  /** As a person writes it; undefined: everything. */
  readonly path: string | undefined;
}

/** Each entry at or below the path, parents first. PATH_NOT_IN_SNAPSHOT, COPY_DAMAGED, and those of finding the copy. */
export async function listCopy(
  { place: destination, snapshot: { query, instance }, path }: ListCopyOptions,
  parts: Parts,
  { signal }: JobWatch,
): Promise<readonly CopiedEntry[]> {
  const place = await openPlace(destination, parts);
  try {
    const copies = await labelledCopies(place, destination.kind, signal);
    const filter = instance === undefined ? {} : { instances: [instance] };
    const named = copies.find(({ copy }) => copy.folder !== "" && copy.folder === query);
    const { copy } = named ?? findSnapshot(copies, query, filter);
    const { entries } = await readFileList(place, copy.folder, copy.record, signal);
    const at: BytePath = virtualPath(path ?? "/");
    const found = at === "/" ? entries : entries.filter((one) => one.path === at || one.path.startsWith(`${at}/`));
    if (found.length === 0) throw new ObhutError("PATH_NOT_IN_SNAPSHOT", { path: path ?? "/" });
    return found;
  } finally {
    await place.close();
  }
}
