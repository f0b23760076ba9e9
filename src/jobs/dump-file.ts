/** The bytes of one file of a snapshot. */
import type { Destination } from "../plans/destination.ts";
import { loadIndex } from "../repository/load-index.ts";
import { readContent, requireFile } from "../repository/read-file.ts";
import { virtualPath } from "../repository/walk-tree.ts";
import { findStoredSnapshot, type SnapshotChoice } from "./find-stored-snapshot.ts";
import type { Emit } from "./job-event.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface DumpFileOptions {
  readonly repository: Destination;
  readonly snapshot: SnapshotChoice;
  readonly path: string;
}

/** Pieces in order, each proven before it is given. PATH_NOT_IN_SNAPSHOT where there is no file there. */
export async function* dumpFile(
  { repository, snapshot, path }: DumpFileOptions,
  parts: Parts,
  watch: { readonly emit: Emit; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  await using opened = await openDestination(repository, parts);
  const { tree } = await findStoredSnapshot(opened.repository, snapshot, watch);
  const indexed = await loadIndex(opened.repository, watch);
  const node = await requireFile(indexed, tree, virtualPath(path), watch.signal);
  yield* readContent(indexed, node, watch.signal);
}
