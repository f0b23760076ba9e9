/** The files of a snapshot. */
import type { Destination } from "../plans/destination.ts";
import { listFiles } from "../repository/list-files.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { WalkedNode } from "../repository/walk-tree.ts";
import { virtualPath } from "../repository/walk-tree.ts";
import { findStoredSnapshot, type SnapshotChoice } from "./find-stored-snapshot.ts";
import type { Emit } from "./job-event.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface ListTreeOptions {
  readonly repository: Destination;
  readonly snapshot: SnapshotChoice;
  /** As a person writes it; undefined: everything. */
  readonly path: string | undefined;
}

/** Each entry at or below the path, parents first, one at a time. PATH_NOT_IN_SNAPSHOT. */
export async function* listTree(
  { repository, snapshot, path }: ListTreeOptions,
  parts: Parts,
  watch: { readonly emit: Emit; readonly signal: AbortSignal },
): AsyncGenerator<WalkedNode> {
  await using opened = await openDestination(repository, parts);
  const { tree } = await findStoredSnapshot(opened.repository, snapshot, watch);
  const indexed = await loadIndex(opened.repository, watch);
  yield* listFiles(indexed, tree, { path: virtualPath(path ?? "/"), recursive: true, signal: watch.signal });
}
