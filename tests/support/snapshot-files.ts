/** Snapshot files without anything behind them: for what decides on snapshots alone. */
import type { BlobId, SnapshotId } from "../../src/base/ids.ts";
import { encodeSnapshot, type Snapshot } from "../../src/repository/format/snapshot-file.ts";
import type { TimeText } from "../../src/repository/format/time-text.ts";
import { saveSealed } from "../../src/repository/object-file.ts";
import type { Repository } from "../../src/repository/repository.ts";

export type SnapshotFacts = { readonly time: string } & Partial<Omit<Snapshot, "time">>;

/** By another program, of the host `chat`, unless told otherwise. */
export function snapshotOfFacts({ time, ...facts }: SnapshotFacts): Snapshot {
  return {
    time: time as TimeText,
    tree: "f".repeat(64) as BlobId,
    paths: ["/data"],
    hostname: "chat",
    username: "tester",
    uid: 0,
    gid: 0,
    excludes: [],
    tags: [],
    programVersion: "restic 0.19.1",
    ...facts,
  };
}

export async function saveSnapshot(repo: Repository, facts: SnapshotFacts): Promise<SnapshotId> {
  return await saveSealed<SnapshotId>(repo, "snapshots", encodeSnapshot(snapshotOfFacts(facts)));
}
