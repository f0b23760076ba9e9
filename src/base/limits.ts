/** Every bound of the program, in one place. Units are the names' last word. */

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;

export const limits = {
  /** A pack is closed once it holds this much. restic's default is 16 MiB too. */
  packTargetBytes: 16 * MiB,
  /** Files that change in place are cut on this grid, doubled until `gridMaxPieces` suffice. */
  gridPieceBytes: 16 * KiB,
  gridMaxPieces: 128 * 1024,
  /** Files that are written once are cut into pieces of this size. */
  wholePieceBytes: MiB,
  /** One index file describes at most this many blobs (restic: 50,000). */
  indexMaxBlobs: 50_000,
  /** A lock that has not been refreshed for this long is stale (restic: 30 minutes). */
  lockStaleMs: 30 * 60_000,
  lockRefreshMs: 5 * 60_000,
  /** A database in rollback mode is held no longer than this; webui.db's own timeout is 5 s. */
  rollbackHoldMs: 3_000,
  /** How many destinations one run can feed: one bit for each in the shared blob table. */
  maxDestinations: 16,
} as const;
