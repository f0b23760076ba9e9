/** What a snapshot becomes when it is rewritten. Pure. Source: restic's cmd/restic/cmd_rewrite.go, filterAndReplaceSnapshot. */
import type { Snapshot, SnapshotSummary } from "../format/snapshot-file.ts";
import type { TimeText } from "../format/time-text.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import type { RewrittenTree } from "./rewrite-trees.ts";

export interface SnapshotChanges {
  /** Undefined: the tree stays. */
  readonly tree: RewrittenTree | undefined;
  readonly hostname: string | undefined;
  readonly time: TimeText | undefined;
  /** Given to the new one unless it takes the place of the old one. */
  readonly tag: string | undefined;
}

/** The new snapshot, or undefined where nothing would be another. */
export function rewrittenSnapshot(old: StoredSnapshot, changes: SnapshotChanges): Snapshot | undefined {
  const { id, ...kept } = old;
  const { hostname = old.hostname, time = old.time, tree, tag } = changes;
  const newTree = tree?.id ?? old.tree;
  if (newTree === old.tree && hostname === old.hostname && time === old.time) return undefined;
  const tags = tag === undefined || old.tags.includes(tag) ? old.tags : [...old.tags, tag];
  return { ...kept, ...summaryOf(old, tree), tree: newTree, hostname, time, tags, original: id };
}

/** Its totals are those of what is left; where there was none, as restic did it before 0.17, they are all that is known. */
function summaryOf({ summary }: StoredSnapshot, tree: RewrittenTree | undefined): Pick<Snapshot, "summary"> {
  if (tree === undefined) return {};
  const totals = { total_files_processed: tree.files, total_bytes_processed: tree.bytes };
  return { summary: { ...(summary ?? unknownSummary), ...totals } };
}

/** Go's zero time: what restic writes here. */
const noTime = "0001-01-01T00:00:00Z" as TimeText;

const unknownSummary: SnapshotSummary = {
  backup_start: noTime,
  backup_end: noTime,
  files_new: 0,
  files_changed: 0,
  files_unmodified: 0,
  dirs_new: 0,
  dirs_changed: 0,
  dirs_unmodified: 0,
  data_blobs: 0,
  tree_blobs: 0,
  data_added: 0,
  data_added_packed: 0,
  total_files_processed: 0,
  total_bytes_processed: 0,
};
