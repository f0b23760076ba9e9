/** What each finding says, and what to do about it. */
import type { FindingCode } from "../../base/finding-codes.ts";
import type { Sentence } from "../sentence.ts";

export const findings: Record<FindingCode, Sentence> = {
  FILE_VANISHED: { what: "{path} was removed while the backup ran; it is not in the snapshot.", next: "" },
  FILE_UNREADABLE: {
    what: "{path} could not be read: {reason}. It is not in the snapshot.",
    next: "Run as a user that may read it, or see whether the disk is failing.",
  },
  FILE_CHANGED: {
    what: "{path} changed each time it was read; the stored copy may mix old and new bytes.",
    next: "Run the backup again when nothing writes to that file.",
  },
  // Open WebUI
  DATABASE_NOT_COVERED: {
    what: "The app keeps its database in {store}, not in webui.db. It is not in this snapshot.",
    next: "Back that database up with its own tool (pg_dump for PostgreSQL) until Obhut covers it.",
  },
  VECTORS_NOT_COVERED: {
    what: "The app keeps its vectors in {store}, which Obhut does not cover yet. They are not in this snapshot.",
    next: "Back that store up with its own tool, or plan to index knowledge again after a restore.",
  },
  UPLOADS_NOT_COVERED: {
    what: "The app keeps uploads in {store}, which Obhut does not cover yet. They are not in this snapshot.",
    next: "Turn on versioning there, or copy it with its own tool.",
  },
  UPLOADS_REMOTE: {
    what: "{count} uploaded {count:file lies|files lie} in an object store ({scheme}), which Obhut does not cover yet.",
    next: "Turn on versioning there, or copy it with its own tool.",
  },
  UPLOADS_MISSING: {
    what: "The database names {count} uploaded {count:file that is|files that are} not there any more, such as {example}.",
    next: "They were gone before this backup; an older snapshot may have them.",
  },
  UPLOAD_LOST: {
    what: "{path} could not be stored, though the database in this snapshot names it.",
    next: "Why is said above; when that is mended, run the backup again.",
  },
  UPLOADS_ORPHANED: {
    what: "{count} {count:file in uploads belongs|files in uploads belong} to no row of the database, such as {example}. The snapshot has {count:it|them} all the same.",
    next: "",
  },
  SEGMENT_TORN: {
    what: "The vector index {segment} of collection {collection} is half written: {reason}. It is in the snapshot as it lies there.",
    next: "Run the backup again. If it stays, Chroma itself can't load it: restart the app, or index that knowledge again.",
  },
  SEGMENT_MISSING: {
    what: "Chroma's database counts on a vector index {segment} (collection {collection}) whose folder is not there.",
    next: "Index that knowledge again in the app; an older snapshot may have the folder.",
  },
  VECTORS_UNKNOWN: {
    what: "{path} could not be captured exactly: {reason}. It is in the snapshot, but nothing proves that it is whole.",
    next: "See whether the app still answers from its knowledge, and run the backup again.",
  },
  OTHER_DATABASE_INEXACT: {
    what: "{path} is a database that could not be captured exactly: {reason}. It is in the snapshot as it lies there.",
    next: "Stop what writes to it and run the backup again.",
  },
  LINK_NOT_FOLLOWED: {
    what: "{path} is a link to {target}, outside of the data directory. The link is in the snapshot, what it leads to is not.",
    next: "Move it into the data directory, back it up on its own, or leave the link out with --exclude.",
  },
  DATABASE_OPAQUE: {
    what: "{path} is encrypted (SQLCipher): what it holds can be neither counted nor checked here.",
    next: "Only the app can open it, with its DATABASE_PASSWORD; a backup takes it with --cold, while the app is stopped.",
  },
  DATABASE_PASSWORD_NOT_SEEN: {
    what: "Obhut could not see DATABASE_PASSWORD; it is not in the snapshot. Without it nobody can open the encrypted database.",
    next: "Name the file that sets it with --env-file, or keep it in a second place.",
  },
  CAPTURE_BEGUN_ANEW: {
    what: "The app began or ended to use {path} while it was read; what was read was discarded and the capture begun anew.",
    next: "",
  },
  SCHEMA_UNKNOWN: {
    what: "The database has schema revision {revision}, which this Obhut does not know. The backup is complete all the same.",
    next: "The app is newer than this Obhut, or a variant of it. Update Obhut when there is a newer one.",
  },
  SECRET_KEY_NOT_SEEN: {
    what: "Obhut could not see WEBUI_SECRET_KEY; a snapshot taken now goes without it. Without it a restored instance loses sign-ins, and with two-factor sign-in nobody gets in.",
    next: "Name it with --env-file or --secret-key-file, or run Obhut as a user that may read the app's environment.",
  },
  ENVIRONMENT_NOT_SEEN: {
    what: "Obhut could not see the app's environment, so it can't tell whether other keys are set or parts lie elsewhere.",
    next: "Name it with --env-file, or run Obhut as a user that may read it.",
  },
  // the repository
  SNAPSHOT_DAMAGED: {
    what: "Snapshot {snapshot} is damaged: {reason}.",
    next: "The others are not affected. Copy it back from another copy of the repository, or remove it: obhut repair snapshots --forget {snapshot}.",
  },
  OTHER_SNAPSHOT_DAMAGED: {
    what: "Snapshot {snapshot}, which is not the one you named, is damaged: {reason}.",
    next: "Nothing of it was needed here. Run obhut check on this repository.",
  },
  SNAPSHOT_UNREADABLE: {
    what: "Snapshot {snapshot} could not be read: {reason}. Whether it is whole is not known.",
    next: "See that this user may read it and that the storage works, then run the command again. Nothing is removed or repaired for it.",
  },
  OTHER_SNAPSHOT_UNREADABLE: {
    what: "Snapshot {snapshot}, which is not the one you named, could not be read: {reason}.",
    next: "Nothing of it was needed here. Run obhut check on this repository.",
  },
  KEY_DAMAGED: {
    what: "Key {key} is damaged: {reason}. Its password opens nothing any more.",
    next: "Another key still opens the repository: run obhut key remove {key}, and give the password a new key with obhut key add.",
  },
  KEY_UNREADABLE: {
    what: "Key {key} could not be read: {reason}. Whether it still opens the repository is not known.",
    next: "See that this user may read it and that the storage works, then run obhut check again.",
  },
  INDEX_DAMAGED: {
    what: "Index {index} is damaged: {reason}.",
    next: "Run obhut repair index: the packs hold all it said.",
  },
  INDEX_UNREADABLE: {
    what: "Index {index} could not be read: {reason}. What only it lists was not checked.",
    next: "See that this user may read it and that the storage works, then run obhut check again. There is nothing to repair until then.",
  },
  PACK_MISSING: {
    what: "Pack {pack} is missing; {blobs} {blobs:piece was|pieces were} in it.",
    next: "Copy it back from another copy of the repository. If there is none: obhut repair index, then a new backup, which stores what the source still has, then obhut repair snapshots.",
  },
  PACK_SIZE_WRONG: {
    what: "Pack {pack} has {actual} bytes instead of {expected}.",
    next: "It was cut off or overwritten. Copy it from another copy of the repository, or run obhut repair packs {pack}.",
  },
  PACK_DAMAGED: {
    what: "Pack {pack} is damaged: {reason}.",
    next: "Copy it from another copy of the repository, or run obhut repair packs {pack}, which saves what is whole in it.",
  },
  PACK_UNREADABLE: {
    what: "Pack {pack} could not be read: {reason}.",
    next: "Check the storage and the way there, then run obhut check --read-data again.",
  },
  TREE_DAMAGED: {
    what: "The folder {path} of snapshot {snapshot} is damaged (tree {tree}): {reason}.",
    next: "Cure what is said above of indexes and packs first. What is still missing then is taken out by obhut repair snapshots --forget.",
  },
  TREE_UNREADABLE: {
    what: "The folder {path} of snapshot {snapshot} could not be read (tree {tree}): {reason}.",
    next: "Check the storage and the way there, then run the command again.",
  },
  FILE_PIECES_MISSING: {
    what: "{path} in snapshot {snapshot} lacks {count} {count:piece|pieces}.",
    next: "Cure what is said above of indexes and packs first; a new backup stores what the source still has. What is still missing then is taken out by obhut repair snapshots --forget.",
  },
  FILE_SIZE_WRONG: {
    what: "{path} in snapshot {snapshot} has {actual} bytes in its pieces instead of {expected}.",
    next: "Compare it with the same file in another snapshot. obhut repair snapshots corrects the size.",
  },
  ENTRY_UNKNOWN: {
    what: "{path} in snapshot {snapshot} is nothing that this Obhut can restore (type {type}).",
    next: "Everything beside it is whole. If a newer program made it, it takes a newer Obhut; otherwise obhut repair snapshots --forget takes it out.",
  },
  INDEX_WRONG: {
    what: "The index says other things of pack {pack} than the pack itself, which is whole: {reason}.",
    next: "Run obhut repair index --read-all-packs.",
  },
  PACKS_NOT_INDEXED: {
    what: "{count} {count:pack|packs} ({sizeBytes}) {count:is|are} in no index, and snapshots need what is in {count:it|them}.",
    next: "Run obhut repair index: it lists them again.",
  },
  TREE_COPY_DAMAGED: {
    what: "Tree {tree} is damaged in pack {pack}: {reason}. Another pack holds it whole, so nothing is lost.",
    next: "Run obhut check --read-data to see what else is wrong there, or obhut repair packs {pack}.",
  },
  PACKS_UNUSED: {
    what: "{count} {count:pack|packs} ({sizeBytes}) {count:is|are} in no index: what an interrupted run leaves.",
    next: "They harm nobody; obhut prune removes them.",
  },
  BLOBS_DUPLICATED: {
    what: "{count} {count:piece|pieces} ({sizeBytes}) {count:is|are} stored more than once.",
    next: "They harm nobody; obhut prune removes them.",
  },
  LOCK_AWAITED: { what: "{location} is locked by {holder} since {since}; waiting for it.", next: "" },
  LOCK_NOT_REMOVED: {
    what: "The lock on {location} could not be removed: {reason}.",
    next: "It expires by itself after 30 minutes; obhut unlock removes it then.",
  },
  // prune
  COPY_READABLE: {
    what: "What lies in {location} can be read by everybody who can read that place: chats, uploads, and the API keys in webui.db. This is said once.",
    next: "Keep the place to yourself. For copies that nobody else can read, use a repository.",
  },
  COPY_NAMES_CHANGED: {
    what: "{location} cannot hold {count} of the names, such as {example}; those files have other names there.",
    next: "Nothing: obhut-files.jsonl has both names, and a restore brings the right ones back.",
  },
  COPY_FILES_MISSED: {
    what: "{count} {count:file|files} could not be written to {location}, such as {example}: {reason}. Where the mirror has an older state of it, that stays.",
    next: "See what is special about it there: its name, its size, a file of that name that somebody else owns. The next run tries again.",
  },
  COPY_FILE_MISSING: {
    what: "{path} is missing in the copy {copy}.",
    next: "Use another copy; the next backup makes a whole one.",
  },
  COPY_FILE_WRONG: {
    what: "{path} in the copy {copy} is not what was written: {reason}.",
    next: "Use another copy; the next backup makes a whole one. Check the disk.",
  },
  COPY_LIST_DAMAGED: {
    what: "The list of files of the copy {copy} in {location} is damaged or missing.",
    next: "Its files may be right: `sha256sum -c SHA256SUMS` in its folder tells. The next backup makes a new copy.",
  },
  RUSTIC_WITHOUT_LOCKS: {
    what: "{count} {count:snapshot|snapshots} in {location} {count:was|were} made by rustic, which takes no locks: nothing keeps it from writing during a prune.",
    next: "So what is not needed any more is only marked, and removed by a later prune, unless --keep-delete says otherwise.",
  },
  PACKS_MARKED: {
    what: "{count} {count:pack|packs} ({sizeBytes}) that {count:is|are} not needed any more {count:stays|stay} for {hours} hours, in case a program without locks relies on {count:it|them} right now.",
    next: "A prune after that removes them. If no such program is at work, --keep-delete 0 removes them at once.",
  },
  PACKS_RECOVERED: {
    what: "{count} {count:pack that was|packs that were} marked as to be removed {count:is|are} needed again: a program without locks relied on {count:it meanwhile. It stays|them meanwhile. They stay}.",
    next: "",
  },
  PACKS_YOUNG: {
    what: "{count} {count:pack|packs} ({sizeBytes}) {count:has|have} been in no index for less than {hours} hours: a program without locks may still need {count:it, so it stays|them, so they stay}.",
    next: "A later prune removes them. If no such program is at work, --keep-delete 0 removes them at once.",
  },
  PACKS_FORGOTTEN: {
    what: "{count} {count:pack that the index names is|packs that the index names are} not there. No snapshot needs {count:it|them}; the index forgets {count:it|them}.",
    next: "",
  },
  PACKS_NOT_REMOVED: {
    what: "{count} {count:pack that is|packs that are} not needed any more could not be removed, such as {pack}: {reason}.",
    next: "Every snapshot is whole. Prune again once files can be removed there.",
  },
  // repair
  PACK_NOT_INDEXED: {
    what: "Pack {pack} is in no index, and cannot be put into one: {reason}.",
    next: "Nobody can say what was in it. obhut repair packs {pack} keeps a copy of it here and removes it.",
  },
  PACK_SOUND: { what: "Nothing is wrong with pack {pack}; it stays as it is.", next: "" },
  PACK_COPY_KEPT: {
    what: "A copy of pack {pack} as it was is in {path}.",
    next: "Remove it when obhut check --read-data finds nothing and you miss nothing.",
  },
  FILE_CUT: {
    what: "{path} in snapshot {snapshot} has lost {count} {count:piece|pieces}. The others, one behind the other, are {name} now.",
    next: "",
  },
  FILE_LOST: { what: "{path} in snapshot {snapshot} is lost: none of its pieces is left.", next: "" },
  FOLDER_LOST: {
    what: "What was in the folder {path} of snapshot {snapshot} is lost: {reason}. The folder is empty now.",
    next: "",
  },
  FILE_SIZE_CORRECTED: {
    what: "{path} in snapshot {snapshot} has {actual} bytes, not {expected}. The size is corrected.",
    next: "",
  },
  ENTRY_REMOVED: {
    what: "{path} in snapshot {snapshot} is nothing that can be restored (type {type}). It is left out.",
    next: "",
  },
  SNAPSHOT_LOST: {
    what: "Nothing of snapshot {snapshot} can be read any more: {reason}. --forget removes it.",
    next: "",
  },
  SNAPSHOT_BEYOND_REPAIR: {
    what: "Nothing of snapshot {snapshot} can be read any more: {reason}.",
    next: "Copy its files back from another copy of the repository, or remove it: obhut repair snapshots --forget {snapshot}.",
  },
  // forget
  SNAPSHOT_IN_FUTURE: {
    what: "Snapshot {snapshot} says it was made at {time}, which is yet to come. It is kept and not counted.",
    next: "See to the clocks of this machine and of the one that made it. To remove it, name it: obhut forget {snapshot}.",
  },
  // restore
  NOTHING_CHOSEN: {
    what: "Nothing in the snapshot matches what --part, --include and --exclude leave.",
    next: "See with obhut ls what is in it; a pattern without a slash in front matches at any depth, one with it the whole path.",
  },
  FILE_NOT_RESTORED: {
    what: "{path} was not restored: {reason}.",
    next: "Run obhut check --read-data, or restore it from another snapshot.",
  },
  FILE_RESTORED_WRONG: {
    what: "{path} was written, but read back it holds other bytes.",
    next: "The disk may be failing, or somebody writes there. Restore to another place.",
  },
  METADATA_NOT_RESTORED: {
    what: "{path} is there, but mode or times could not be set: {reason}.",
    next: "Restore as root, or to a file system that has them.",
  },
  XATTRS_NOT_RESTORED: {
    what: "The extended attributes of {count} {count:file|files} were not restored: {reason}.",
    next: "Install setfattr (package attr) and restore again if they matter.",
  },
  OWNERS_NOT_RESTORED: {
    what: "{count} {count:file or folder now belongs|files and folders now belong} to the user who restored {count:it|them}.",
    next: "Restore as root if the owners matter, or change them with chown.",
  },
  // storing a snapshot
  SNAPSHOT_PASSED_OVER: {
    what: "Snapshot {snapshot} in {location} cannot be read: {reason}. The new snapshot does not build on it and is whole.",
    next: "Run obhut check on this repository.",
  },
  INDEXED_PACKS_MISSING: {
    what: "{location} lacks {count} {count:pack|packs} that its index lists. This snapshot is whole, as it relies on none of that; earlier ones may not be.",
    next: "Run obhut check on this repository.",
  },
  PACK_NOT_ADOPTED: {
    what: "The pack {pack} in {location} belongs to no index and could not be read: {reason}. What it may hold was stored again.",
    next: "",
  },
  SNAPSHOT_NOT_COPIED: {
    what: "Snapshot {snapshot} was not copied to {location}: what it needs is damaged, as said above.",
    next: "Take it from another copy of the repository, or mend the one it comes from, then copy again.",
  },
  TREE_NOT_REWRITABLE: {
    what: "The folder {path} of snapshot {snapshot} holds what Obhut cannot write back unchanged (tree {tree}); the snapshot was left as it is.",
    next: "Rewrite it with the program that made it.",
  },
  DATABASE_RESTORED_DAMAGED: {
    what: "The restored database {path} is damaged: {reason}.",
    next: "Restore an older snapshot, and see with obhut check --read-data whether the repository is whole.",
  },
  DATABASES_NOT_COMPARED: {
    what: "The databases of the two snapshots were not compared: {reason}.",
    next: "Files are compared nevertheless. See with obhut check --read-data whether the repository is whole.",
  },
  ROWS_RESTORED_DIFFER: {
    what: "The table {table} was captured with {expected} rows and restored with {actual}.",
    next: "Do not start on this folder. Restore an older snapshot, and please report this.",
  },
  DATA_PATH_NOT_WRITTEN: {
    what: "Rows of the encrypted database could not be changed to name {path}: they name the path they named before.",
    next: "Let the app see the restored folder at the path it had before.",
  },
  DATA_PATH_DIFFERS: {
    what: "Rows of Open WebUI name its files below {rows}, and this folder is {target}.",
    next: "Let the app see the folder at {rows}, or restore with --data-path and the path at which it will see it.",
  },
  // the cache
  CACHE_UNUSABLE: {
    what: "The cache in {folder} cannot be used: {reason}. Everything was read from the repository itself.",
    next: "Name another folder with --cache-dir, or do without: --no-cache.",
  },
  CACHE_DAMAGED: {
    what: "The copy of {file} in the cache {folder} was damaged. It was removed and read from the repository again.",
    next: "Nothing is lost. If it happens again, the disk under the cache may be failing.",
  },
  STORAGE_RETRIED: {
    what: "{location} does not answer as it should: {reason}. Trying again in {seconds} seconds.",
    next: "Nothing is to be done if it goes on; else see that the network and the server work.",
  },
  RETENTION_EXTENDED: {
    what: "{count} files of {location} are locked against removal for another period.",
    next: "",
  },
  RETENTION_NOT_EXTENDED: {
    what: "{count} files of {location} could not be locked against removal for another period: {reason}.",
    next: "See that the key may do s3:PutObjectRetention and that the bucket has object lock, then run the check again.",
  },
  SPOOL_FILLED: {
    what: "{path} was read faster than it could be sent: the packs that wait took all of {sizeBytes} for more than {seconds} seconds. Its database was let go, and is read again when they are sent.",
    next: "Nothing is to be done. Where the disk has room, a larger --spool-limit spares reading twice.",
  },
  SPOOL_DISK_FULL: {
    what: "{folder} has only {free} free: packs cannot wait there for a slow place, so reading waits for it.",
    next: "Name a folder on a disk with more room with --spool-dir.",
  },
  REPOSITORY_NOT_LOCKED: {
    what: "{location} could not be locked, so it was read without a lock: {reason}.",
    next: "See that nothing removes snapshots there meanwhile.",
  },
};
