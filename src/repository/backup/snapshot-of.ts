/** The snapshot that a backup's options and outcome make. */
import type { BlobId, SnapshotId } from "../../base/ids.ts";
import { localZone } from "../../base/time-zone.ts";
import type { Snapshot, SnapshotSummary } from "../format/snapshot-file.ts";
import { timeTextIn } from "../format/time-text.ts";
import type { BackupOptions } from "./backup-options.ts";

export function snapshotOf(
  options: BackupOptions,
  outcome: { readonly tree: BlobId; readonly summary: SnapshotSummary; readonly parent: SnapshotId | undefined },
): Snapshot {
  const { paths, hostname, username, uid, gid, excludes, tags, programVersion } = options;
  const { tree, summary, parent } = outcome;
  return {
    time: timeTextIn(localZone, options.timeMs),
    ...(parent === undefined ? {} : { parent }),
    tree,
    paths,
    hostname,
    username,
    uid,
    gid,
    excludes,
    tags,
    programVersion,
    summary,
  };
}
