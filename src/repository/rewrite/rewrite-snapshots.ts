/** Stores chosen snapshots anew, and removes the old ones where the new ones take their place. */
import type { BytePath } from "../../base/byte-path.ts";
import type { Finding } from "../../base/finding-codes.ts";
import { type SnapshotId, shortId } from "../../base/ids.ts";
import { snapshotsToCopy } from "../copy/snapshots-to-copy.ts";
import { type RemovedSnapshots, removeSnapshots } from "../forget/remove-snapshots.ts";
import { encodeSnapshot, type Snapshot } from "../format/snapshot-file.ts";
import type { TimeText } from "../format/time-text.ts";
import { saveSealed } from "../object-file.ts";
import { BlobWriter } from "../packs/blob-writer.ts";
import type { IndexedRepository } from "../repository.ts";
import { requireRemoval } from "../require-removal.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import { TreeRewriter } from "./rewrite-trees.ts";
import { rewrittenSnapshot } from "./rewritten-snapshot.ts";

/** What a new snapshot bears beside the old one; restic gives it too. */
const rewrittenTag = "rewrite";

export interface RewriteSnapshotsOptions {
  readonly repo: IndexedRepository;
  readonly chosen: readonly StoredSnapshot[];
  /** All there are. */
  readonly present: readonly StoredSnapshot[];
  /** Undefined: trees stay as they are, and are not read. */
  readonly leavesOut: ((path: BytePath) => boolean) | undefined;
  readonly hostname: string | undefined;
  readonly time: TimeText | undefined;
  /** Old ones are removed. Needs an exclusive lock. */
  readonly forget: boolean;
  readonly dryRun: boolean;
  readonly onFinding: (found: Finding) => void;
  readonly signal: AbortSignal;
}

export interface RewrittenSnapshot {
  readonly source: StoredSnapshot;
  readonly snapshot: Snapshot;
  /** Undefined in a dry run. */
  readonly id: SnapshotId | undefined;
}

export interface RewriteResult {
  readonly rewritten: readonly RewrittenSnapshot[];
  /** Right already, or stored anew by an earlier run. */
  readonly unchanged: number;
  /** Left as they are, because a folder of theirs cannot be read or written back. */
  readonly notRewritten: number;
  /** Old ones that are gone, or would be. */
  readonly removed: readonly SnapshotId[];
  /** Old ones that the storage did not remove. */
  readonly failed: RemovedSnapshots["failed"];
}

/** STORAGE_APPEND_ONLY where old ones shall go and the storage removes nothing: then nothing is written. Trees are durable before the snapshots that need them, and every new snapshot before the first old one goes. */
export async function rewriteSnapshots(options: RewriteSnapshotsOptions): Promise<RewriteResult> {
  const { repo, present, forget, dryRun, signal } = options;
  if (forget && !dryRun) await requireRemoval(repo, "snapshots");
  const { changed, unchanged, notRewritten } = await planned(options);
  const missing = new Set(snapshotsToCopy(changed.map(asStored), present).map(({ id }) => id));
  const rewritten: RewrittenSnapshot[] = [];
  for (const { source, snapshot } of changed) {
    if (!missing.has(source.id)) continue;
    signal.throwIfAborted();
    const id = dryRun ? undefined : await saveSealed<SnapshotId>(repo, "snapshots", encodeSnapshot(snapshot), signal);
    rewritten.push({ source, snapshot, id });
  }
  const there = forget ? 0 : changed.length - rewritten.length;
  const replaced = forget ? changed.map(({ source }) => source.id) : [];
  const { removed, failed } = dryRun
    ? { removed: replaced, failed: [] }
    : await removeSnapshots(repo, replaced, { signal });
  return { rewritten, unchanged: unchanged + there, notRewritten, removed, failed };
}

interface Changed {
  readonly source: StoredSnapshot;
  readonly snapshot: Snapshot;
}

interface Planned {
  readonly changed: readonly Changed[];
  readonly unchanged: number;
  readonly notRewritten: number;
}

/** Stores the new trees, unless nothing is to be written. They are durable when it resolves. */
async function planned(options: RewriteSnapshotsOptions): Promise<Planned> {
  const { repo, chosen, leavesOut, hostname, time, forget, dryRun, onFinding, signal } = options;
  const writer = dryRun ? undefined : new BlobWriter(repo, { indexes: "save", signal });
  const store = async (tree: Buffer): Promise<unknown> => await writer?.addPlain("tree", tree);
  const rewriter =
    leavesOut === undefined ? undefined : new TreeRewriter({ repo, leavesOut, store, onFinding, signal });
  const changed: Changed[] = [];
  let [unchanged, notRewritten] = [0, 0];
  for (const source of chosen) {
    const tree = await rewriter?.rewrite(source.tree, shortId(source.id));
    if (rewriter !== undefined && tree === undefined) {
      notRewritten++;
      continue;
    }
    const tag = forget ? undefined : rewrittenTag;
    const snapshot = rewrittenSnapshot(source, { tree, hostname, time, tag });
    if (snapshot === undefined) unchanged++;
    else changed.push({ source, snapshot });
  }
  await writer?.finish();
  return { changed, unchanged, notRewritten };
}

/** The new snapshot under the old one's id, to see whether an earlier run stored it. */
function asStored({ source, snapshot }: Changed): StoredSnapshot {
  return { ...snapshot, id: source.id };
}
