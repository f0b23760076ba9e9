/** What a copy has to bring to another repository. */
import type { StoredSnapshot } from "../snapshots.ts";
import type { BlobList } from "./blob-list.ts";
import type { LostBlobs } from "./lost-blobs.ts";

export interface PlannedSnapshot {
  readonly snapshot: StoredSnapshot;
  /** The rows of `blobs` that this snapshot needs and none before it did. */
  readonly rows: { readonly from: number; readonly to: number };
  /** What they take where they lie. */
  readonly sealedBytes: number;
}

export interface CopyPlan {
  /** In the order in which they are to be stored. */
  readonly snapshots: readonly PlannedSnapshot[];
  readonly blobs: BlobList;
  readonly sealedBytes: number;
  /** Found while planning; copying adds to it. */
  readonly lost: LostBlobs;
}
