/** The files of a snapshot. */
import { listFiles } from "../repository/list-files.ts";
import { virtualPath, type WalkedNode } from "../repository/walk-tree.ts";
import type { JobWatch } from "./job-event.ts";
import { type NamedSnapshot, openSnapshot } from "./open-snapshot.ts";
import type { Parts } from "./parts.ts";

export interface ListTreeOptions extends NamedSnapshot {
  /** As a person writes it; undefined: everything. */
  readonly path: string | undefined;
}

/** Each entry at or below the path, parents first, one at a time. PATH_NOT_IN_SNAPSHOT. */
export async function* listTree(options: ListTreeOptions, parts: Parts, watch: JobWatch): AsyncGenerator<WalkedNode> {
  await using opened = await openSnapshot(options, parts, watch);
  const { repository, snapshot, signal } = opened;
  yield* listFiles(repository, snapshot.tree, { path: virtualPath(options.path ?? "/"), recursive: true, signal });
}
