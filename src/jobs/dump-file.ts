/** The bytes of one file of a snapshot. */
import { readContent, requireFile } from "../repository/read-file.ts";
import { virtualPath } from "../repository/walk-tree.ts";
import type { JobWatch } from "./job-event.ts";
import { type NamedSnapshot, openSnapshot } from "./open-snapshot.ts";
import type { Parts } from "./parts.ts";

export interface DumpFileOptions extends NamedSnapshot {
  readonly path: string;
}

/** Pieces in order, each proven before it is given. PATH_NOT_IN_SNAPSHOT; PATH_NO_FILE where something else is there. */
export async function* dumpFile(options: DumpFileOptions, parts: Parts, watch: JobWatch): AsyncGenerator<Uint8Array> {
  await using opened = await openSnapshot(options, parts, watch);
  const { repository, snapshot, signal } = opened;
  const node = await requireFile(repository, snapshot.tree, virtualPath(options.path), signal);
  yield* readContent(repository, node, signal);
}
