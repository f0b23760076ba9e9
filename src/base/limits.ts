/** Every bound of the program, in one place. Units are the names' last word. */

export const KiB = 1024;
export const MiB = 1024 * KiB;

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
  /** Work stops when its lock could not be refreshed for this long: 7.5 minutes before others call it stale (restic: the same). */
  lockLostMs: 22.5 * 60_000,
  /** After a lock is made, others get this long to show theirs (restic: 200 ms). */
  lockSettleMs: 200,
  /**
   * A pack that no index lists stays this long: rustic, which takes no locks, may be about to list it. So does, where rustic wrote, what is
   * not needed any more (rustic: --keep-delete, the same 23 hours, so that a daily run removes what the last one marked).
   */
  keepDeleteMs: 23 * 60 * 60_000,
  /** Keys of a repository that a password is tried on (restic: 20). Each costs one scrypt. */
  maxKeysTried: 20,
  /** Folders below each other in a snapshot. Linux allows paths of 4096 bytes, so 2048 folders. */
  maxTreeDepth: 2_048,
  /** How often the index is listed again because a file of it was gone before it was read. */
  indexTries: 5,
  /** The first pause between; each is that much longer. */
  indexRetryMs: 100,
  /** A blob's plaintext: a tree of a million pieces has 70 MB. What claims more was made to exhaust memory. */
  maxBlobBytes: 1024 * MiB,
  /** A database in rollback mode is held no longer than this; webui.db's own timeout is 5 s. */
  rollbackHoldMs: 3_000,
  /** Chroma waits up to 1000 s for a lock; still it is held no longer than this. */
  chromaHoldMs: 30_000,
  /** A capture that the app's start or end broke into is begun anew, this often in all. */
  captureTries: 3,
  /** Uploads of the last moments that are held open, so that they can't be deleted before they are read. */
  keptUploads: 256,
  /** How often the moment is taken again because an upload came and went in the middle of it. */
  momentTries: 4,
  /** How often a capture of Chroma's files is begun anew when a segment is caught half written, and the first pause between. */
  segmentTries: 6,
  segmentBackOffMs: 150,
  /** A file of the deployment (compose file, .env); they are kept in memory while the instance is captured. */
  deploymentFileBytes: 16 * MiB,
  /** How long a capture tries to join a database that is busy or locked. */
  databaseWaitMs: 20_000,
  /** A holder process that does not answer a request other than a query within this is given up. A disk under load took half a minute. */
  holderAnswerMs: 120_000,
  /** Open files of other processes that are looked at to find who uses a database; past it nobody counts as unused. */
  descriptorsLookedAt: 50_000,
  /** Times of a file closer to now than this prove nothing about later changes (FAT counts in 2 s). */
  timesSettledMs: 2_000,
  /** What the cache of all repositories takes; the packs of trees that were not read for longest go first. */
  cacheBytes: 2048 * MiB,
  /** Packs of trees are kept in stretches of this size. */
  cacheStretchBytes: MiB,
  /** Whole files above this are not kept: an index of 50,000 blobs has 3 MB. */
  cacheFileBytes: 64 * MiB,
  /** So many blobs or files that were read from indexes are kept joined: the next run reads them ten times as fast. */
  joinedIndexBlobs: 4 * 1024,
  joinedIndexFiles: 64,
  /** A repository that was not opened for this long loses its cache (restic: 30 days). */
  cacheUnusedMs: 30 * 24 * 60 * 60_000,
  /** How often the cache is tidied, and after how many new bytes at the latest. */
  cacheTidyMs: 24 * 60 * 60_000,
  cacheTidyBytes: 16 * MiB,
  /** What waits to be used again never takes the last of a disk: an app's database may lie there too. */
  keepFreeBytes: 256 * MiB,
  /** Blobs of one pack that lie no further apart than this are read in one go, with what lies between (restic: 1 MiB). */
  copyGapBytes: MiB,
  /** The longest stretch of a pack that a copy reads in one go: a whole pack of the usual size. */
  copyRunBytes: 18 * MiB,
  /** A copy stores its snapshots each time it has brought this much for them. */
  copyBatchBytes: 1024 * MiB,
  /** A snapshot whose time is this much later than now was made with a wrong clock, or this machine has one. */
  futureSnapshotMs: 10 * 60_000,
  /** Rows of one kind and state that a comparison of two snapshots lists; the rest is counted. */
  listedDifferences: 1_000,
  /** An SFTP server that owes an answer and sends nothing for this long is given up: syncing a pack may take a slow disk a while. */
  sftpSilenceMs: 120_000,
  /** The same of an HTTP server, in either direction. */
  httpSilenceMs: 120_000,
  /** Memory is made at once for an answer that claims up to this; for longer ones as it comes. */
  httpBodyBytes: 64 * MiB,
  /** What a network breaks is tried again: the first pause, doubled each time up to the longest (restic: 1 s, 60 s), for so long in all. */
  retryFirstMs: 1_000,
  retryMaxMs: 60_000,
  retryMs: 15 * 60_000,
  /** In all for calls that nobody can stop. */
  retryUnstoppableMs: 60_000,
  /** How often more a place is tried that never answered, and how long that took at most until then: nobody waits for a wrong address. */
  retryUnreachedTries: 2,
  retryUnreachedMs: 10_000,
  /** A server that cannot be connected to within this is not there. */
  connectMs: 30_000,
  /** Packs that wait on this machine for a slow storage take no more than this (--spool-limit). */
  spoolBytes: 4096 * MiB,
  /** Packs that are uploaded from the spool at once, to all storages together and to one of them: each is in memory meanwhile. */
  spoolUploads: 4,
  spoolUploadsEach: 3,
  /** A database is held no longer than this because packs wait for room; then the capture starts again, so often at most. */
  spoolHoldMs: 30_000,
  spoolTries: 50,
  /** Pauses from here on are told. */
  retryToldMs: 5_000,
  /** What plain copies have yet to write is kept in memory up to this, else in scratch up to that; past it the capture waits before its moment. */
  stagedMemoryBytes: 64 * MiB,
  stagedBytes: 8192 * MiB,
  /** Files read at once for plain copies, and entries that wait for the engine. */
  stagedTogether: 8,
  stagedEntries: 1_000,
  /** Of files and folders of a plain copy that wait for a slow place; they are names only. */
  waitingEntries: 10_000,
  /** A mirror is not written where the instance had at least so many files, or rows of a table, and has lost more than half of them. */
  brakeFrom: 10,
  /** Dated copies that are kept. */
  datedCopies: 3,
  /** How many destinations one run can feed: one bit for each in the shared blob table. */
  maxDestinations: 16,
} as const;
