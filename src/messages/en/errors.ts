/** What each error says, and what to do next. Values stand as {name}; error-codes.ts lists them. */
import type { ErrorCode } from "../../base/error-codes.ts";
import type { Sentence } from "../sentence.ts";

export const errors: Record<ErrorCode, Sentence> = {
  USAGE: { what: "{reason}", next: "Run the command with --help to see what it takes." },
  DESTINATION_INVALID: {
    what: "{destination} is not a destination: {reason}.",
    next: "Write a path such as /mnt/backup, or a place such as sftp:user@host:/path; docs/destinations.md lists them.",
  },
  DESTINATION_UNFIT: {
    what: "{location} cannot hold a repository: {reason}.",
    next: "Something between here and the disk changes or hides files, such as a cache or a broken server. Choose another place until it is mended.",
  },
  DESTINATION_IN_SOURCE: {
    what: "{location} and the data directory {source} lie one inside the other; a repository there would be captured with the data, or mixed up with it.",
    next: "Choose a folder outside of Open WebUI's, best on another disk.",
  },
  STORAGE_FILE_MISSING: {
    what: "{location} has no file {file}.",
    next: "Run obhut check on this repository to see what else is missing.",
  },
  STORAGE_FILE_EXISTS: {
    what: "{location} already has a file {file}; it is never replaced.",
    next: "Choose another place, or use the repository that is there.",
  },
  STORAGE_SHORT_READ: {
    what: "{location} gave only {got} of {wanted} bytes of {file}.",
    next: "The file is truncated or the storage is failing. Run obhut check --read-data.",
  },
  STORAGE_FAILED: {
    what: "{location}: {action} failed: {reason}.",
    next: "See that the place exists, is mounted and may be written by this user, then try again.",
  },
  STORAGE_FULL: {
    what: "{location} is full: {reason}.",
    next: "Free space there, then run the command again; what was stored already is used.",
  },
  STORAGE_LINKS: {
    what: "{location} cannot give a file a second name (hard link) or share its blocks: {reason}.",
    next: "Choose a file system that can (ext4, XFS, btrfs, ZFS), or ask for whole copies of unchanged files: --link-mode copy. In a bucket or through rclone, dated: copies or a repository are the better choice.",
  },
  STORAGE_UNREACHABLE: {
    what: "{location} cannot be reached: {reason}.",
    next: "Check the host's name, the port and the network, and that the server runs; then try again.",
  },
  STORAGE_TIMEOUT: {
    what: "{location}: {action} made no progress for {seconds} seconds.",
    next: "See that the server and the network work, then run the command again; what was stored already is used.",
  },
  STORAGE_DENIED: {
    what: "{location} did not allow this: {action}: {reason}.",
    next: "The sign-in worked, but this user or key may not do that here. Over SFTP the folder has to belong to the user; an S3 key needs s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject for the bucket; a REST server may allow each user only a path of its own. Where removing is forbidden on purpose (append-only, object lock), backups still work.",
  },
  STORAGE_SCHEME: {
    what: "{location} is written with {asked}, but at this port the server speaks {spoken}.",
    next: "Write {spoken}:// in place of {asked}://, or name the port at which the server speaks {asked}.",
  },
  STORAGE_TLS: {
    what: "{location} could not prove who it is: {reason}.",
    next: "Check the host's name and this machine's clock, and that the server's certificate is valid. If it is from an authority of your own, name that authority's certificate with --cacert.",
  },
  STORAGE_HOST_UNKNOWN: {
    what: "{location}: the key of host {host} is not known: {reason}.",
    next: "Connect once by hand, with ssh {host} and the same user and port: it shows the key's fingerprint. Compare that with what the server's owner tells you (on the server: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and answer yes. Obhut runs as this machine's user, whose known_hosts counts.",
  },
  STORAGE_HOST_CHANGED: {
    what: "{location}: host {host} shows another key than the one in known_hosts: {reason}.",
    next: "Somebody may be listening in, or the server was set up anew: ask its owner. If the new key is right, run ssh-keygen -R with the host's name, then connect once with ssh by hand.",
  },
  SSH_LOGIN_REFUSED: {
    what: "{location} does not let this user in: {reason}.",
    next: "Obhut cannot type a password: run ssh -o BatchMode=yes with the same user and host until that works. The public key belongs into authorized_keys there; a key with a passphrase belongs into ssh-agent.",
  },
  SSH_NO_SFTP: {
    what: "{location} lets this user in, but offers no SFTP: {reason}.",
    next: "Switch SFTP on in the server's settings: in OpenSSH's sshd_config, the line Subsystem sftp internal-sftp. A login script of that user must print nothing.",
  },
  SSH_MISSING: {
    what: "{location} needs the program ssh, which could not be started: {reason}.",
    next: "Install OpenSSH's client, for example with apt install openssh-client, and see that it is in PATH.",
  },
  S3_NO_CREDENTIALS: {
    what: "{location}: there are no credentials to sign in with: {reason}.",
    next: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile of ~/.aws in AWS_PROFILE.",
  },
  S3_LOGIN_REFUSED: {
    what: "{location} does not accept the key: {reason}.",
    next: "Compare AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile that AWS_PROFILE names, with what the provider shows (Backblaze: B2_ACCOUNT_ID and B2_ACCOUNT_KEY); a blank at the end counts. A key for a limited time needs AWS_SESSION_TOKEN as well, and has to be renewed when its time is over.",
  },
  REST_LOGIN_REFUSED: {
    what: "{location} does not let this user in: {reason}.",
    next: "Check the user and the password: in the place itself (rest:https://user:password@host/, special characters as %XX) or in RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD.",
  },
  S3_WRONG_REGION: {
    what: "{location} lies in another region than the one that was signed for: {reason}.",
    next: "Name the bucket's region with -o s3.region=NAME or AWS_REGION, or write the endpoint of that region.",
  },
  STORAGE_CLOCK: {
    what: "{location} refused the request because clocks differ: here it is {here}, there {there} (UTC).",
    next: "Set this machine's clock, for example by switching on NTP (timedatectl set-ntp true).",
  },
  B2_NO_CREDENTIALS: {
    what: "{location}: there is no key to sign in with.",
    next: "Make an application key for the bucket at Backblaze, and set B2_ACCOUNT_ID (its keyID) and B2_ACCOUNT_KEY.",
  },
  STORAGE_ANSWERED: {
    what: "{location}: {action} failed, the server answered {status}.",
    next: "Look into the server's log. Where it was only overloaded, run the command again later.",
  },
  RCLONE_MISSING: {
    what: "{location} needs the program rclone, which could not be started: {reason}.",
    next: "Install rclone and see that it is in PATH, or name it with -o rclone.program=/path/to/rclone.",
  },
  RCLONE_NOT_READY: {
    what: "{location}: rclone does not serve this place: {reason}.",
    next: "See with rclone listremotes whether the remote's name is right, and with rclone lsd whether it can be reached. RCLONE_CONFIG names another configuration.",
  },
  RCLONE_ENDED: {
    what: "{location}: rclone ended in the middle of the work: {reason}.",
    next: "Run the command again; what was stored already is used. If it happens again, see that this machine has enough memory, and that rclone is a new one.",
  },
  REPOSITORY_MISSING: {
    what: "There is no repository at {location}.",
    next: "Check the spelling, or make one with obhut init.",
  },
  REPOSITORY_EXISTS: {
    what: "There is a repository at {location} already.",
    next: "Use it as it is, or choose another place.",
  },
  FILE_EXISTS: {
    what: "{file} is there already, and is not replaced.",
    next: "Choose another name, or move the file away.",
  },
  FILE_NOT_WRITTEN: {
    what: "{file} could not be written: {reason}.",
    next: "See that the folder exists and may be written by this user. A recovery password that was made for it is lost: obhut key list shows its key as recovery; remove it, then run obhut key sheet --recovery-key.",
  },
  KEY_NOT_FOUND: {
    what: "There is no key {key}.",
    next: "obhut key list shows the keys there are.",
  },
  KEY_AMBIGUOUS: {
    what: "{key} fits several keys: {matches}.",
    next: "Give more digits.",
  },
  KEY_IN_USE: {
    what: "Key {key} opened the repository for this very call: it stays, so that one that works is always left.",
    next: "Open the repository with another password to remove this key, or change its password with obhut key passwd.",
  },
  KEY_NOT_PROVEN: {
    what: "The new key {key} in {location} does not open the repository. The old ones stay as they are.",
    next: "The storage gave back something else than was written: run obhut check, then try again.",
  },
  REPOSITORY_VERSION: {
    what: "The repository at {location} has format version {version}; Obhut knows 1 and 2.",
    next: "Use a newer Obhut, or the program that made the repository.",
  },
  REPOSITORY_LOCKED: {
    what: "{location} is locked by {holder} since {since}.",
    next: "Wait for it to end. If that program is dead, run obhut unlock when the lock is 30 minutes old; sooner, or where the lock cannot be read, obhut unlock --remove-all, once you know that nobody works there.",
  },
  REPOSITORY_LOCK_LOST: {
    what: "The lock on {location} could not be renewed in time: {reason}. The work was stopped so that nobody is disturbed by it.",
    next: "See that the storage can be reached, then run the command again; what was stored already is used.",
  },
  INDEX_KEEPS_CHANGING: {
    what: "Index files of {location} vanished again and again while they were read, {index} the last.",
    next: "Somebody is rewriting the index, as restic prune does. Run it again when that has ended.",
  },
  PASSWORD_WRONG: {
    what: "The password opens no key of {location}.",
    next: "See that --password-file or RESTIC_PASSWORD holds the right one; a line break at the end does not matter.",
  },
  PASSWORD_MISSING: {
    what: "No password for {location} was given.",
    next: "Give it with one of these: {options}. On a terminal it is asked for.",
  },
  OBJECT_DAMAGED: {
    what: "{object} is damaged: {reason}.",
    next: "Run obhut check --read-data to see what it affects, and take another copy if you have one. A config or a last key has to come back from another copy of the repository: nothing opens without it.",
  },
  BLOB_MISSING: {
    what: "No index knows the piece {blob}.",
    next: "Run obhut check to see which snapshots need it.",
  },
  SNAPSHOT_NOT_FOUND: {
    what: "No snapshot matches {query}.",
    next: "obhut snapshots lists those that are there.",
  },
  SNAPSHOT_UNSURE: {
    what: "{query} might mean snapshot {snapshot}, which cannot be read: {reason}. Nothing was changed.",
    next: "Name the snapshots by their ids; obhut snapshots lists them.",
  },
  SNAPSHOT_AMBIGUOUS: {
    what: "{query} matches more than one snapshot: {matches}.",
    next: "Write more digits of the id.",
  },
  SEVERAL_INSTANCES: {
    what: "{query} could mean a snapshot of any of these instances: {instances}.",
    next: "Choose one with --instance, or name the snapshot by its id.",
  },
  INSTANCE_NOT_FOUND: {
    what: "No snapshot of the instance {instance} matches {query}.",
    next: "obhut snapshots lists those that are there, with their instances.",
  },
  OBJECT_NOT_FOUND: {
    what: "The repository has nothing of that kind with the id {query}.",
    next: "Give an id or its first digits; of a blob all 64.",
  },
  OBJECT_AMBIGUOUS: {
    what: "Several ids begin with {query}: {matches}.",
    next: "Give more digits.",
  },
  PACK_NOT_FOUND: {
    what: "There is no pack {pack}.",
    next: "Write the id, or at least its first eight digits, as obhut check --read-data names it.",
  },
  PACK_AMBIGUOUS: { what: "{pack} matches more than one pack.", next: "Write more digits of the id." },
  PACK_COPY_FAILED: {
    what: "The copy of pack {pack} could not be kept in {path}: {reason}. Nothing was changed.",
    next: "Call it in a folder with room where you may write.",
  },
  INDEX_REPAIR_FIRST: {
    what: "The index of {location} is damaged or not complete. Repairing anything else by it would lose what is still there.",
    next: "Run obhut repair index first.",
  },
  REPAIR_UNREADABLE: {
    what: "{object} of {location} cannot be read: {reason}. Whether it is damaged is not known, so nothing was taken away.",
    next: "See that this user may read it and that the disk or the network works, then run the command again. Only what was read and is wrong is ever replaced.",
  },
  PACKS_ALL_GONE: {
    what: "{location} has none of the {count} packs that its index lists. Nothing was changed.",
    next: "See that the disk with its data folder is mounted. If the packs are really gone, nothing of this repository can be saved: copy them back from another place, or begin a new one with obhut init.",
  },
  PATH_NOT_IN_SNAPSHOT: {
    what: "The snapshot has no {path}.",
    next: "obhut ls shows what is in it.",
  },
  PATH_NO_FILE: {
    what: "{path} is no file in the snapshot, but of type {type}.",
    next: "obhut ls shows what is below it; obhut restore --include brings whole folders back.",
  },
  STORAGE_APPEND_ONLY: {
    what: "{location} refuses to remove files: {reason}. Nothing was changed.",
    next: "Where that is wanted (append-only, a write-once bucket), run this from a place and with credentials that may remove.",
  },
  PRUNE_SNAPSHOT_UNREADABLE: {
    what: "Snapshot {snapshot} cannot be read: {reason}. What it needs is not known, so prune removed nothing.",
    next: "Copy the file back from another copy of the repository. If it is lost, remove it with obhut forget {snapshot}, then prune again.",
  },
  PRUNE_TREE_UNREADABLE: {
    what: "The folder {path} of snapshot {snapshot} cannot be read: {reason}. What it needs is not known, so prune removed nothing.",
    next: "Run obhut check --read-data; obhut repair says what can be mended. Or remove that snapshot with obhut forget.",
  },
  PRUNE_BLOB_MISSING: {
    what: "No index knows piece {blob}, which {path} in snapshot {snapshot} needs. Prune removed nothing.",
    next: "Run obhut check. If packs are in no index, obhut repair index lists them again; else remove that snapshot with obhut forget.",
  },
  PRUNE_BLOB_DAMAGED: {
    what: "Piece {blob}, which snapshots need, is damaged in pack {pack}: {reason}. No other pack holds it. No pack that an index names was removed.",
    next: "Run obhut check --read-data to see which files it hits; obhut repair packs saves what is left of the pack.",
  },
  PRUNE_PACKS_UNSOUND: {
    what: "Packs that snapshots need are missing ({missing}) or have the wrong size ({wrong}), such as {pack}; {blobs} {blobs:piece was|pieces were} in them. Prune removed nothing.",
    next: "Copy them back from another copy of the repository, or run obhut check and obhut repair index.",
  },
  PRUNE_NO_ROOM: {
    what: "{location} is too full to write packs anew: {reason}. What was written is removed again, and nothing that snapshots need was touched.",
    next: "Run obhut prune --max-repack-size 0, which writes no pack and removes those of which nothing is needed. With more room then, prune once more.",
  },
  PRUNE_SNAPSHOT_NEW: {
    what: "Snapshot {snapshot} came to {location} while the prune ran, from a program that takes no locks. It may need what was to be removed, so the prune stopped.",
    next: "Run obhut check: where it misses pieces, obhut repair index finds them again. Prune again when no other program writes.",
  },
  FORGET_NO_POLICY: {
    what: "No rule says what to keep, so nothing was removed.",
    next: "Add rules such as --keep-daily 7 --keep-weekly 4, or name the snapshots to forget. To remove all that a filter chooses, add --unsafe-allow-remove-all.",
  },
  FORGET_EMPTIES_GROUP: {
    what: "The rules would keep none of the {count} snapshots of {group}. Nothing was removed.",
    next: "Add a rule such as --keep-last 1, or choose other snapshots with --instance, --tag or --path.",
  },
  FORGET_LAST_GOOD: {
    what: "{snapshot} is the last complete snapshot of {instance}. Nothing was removed.",
    next: "Make a new backup first. If it shall go all the same, add --unsafe-allow-remove-all.",
  },
  SNAPSHOT_NOT_REMOVED: {
    what: "{location} did not remove snapshot {snapshot}: {reason}.",
    next: "It is still there and whole. See that this user may remove files there, then run the command again.",
  },
  COPY_PLACE_MISSING: {
    what: "There is no place for plain copies at {location}.",
    next: "Is the disk or the share mounted? For the first time: `obhut init --to {location}` makes the place; nothing is written to one that was not made.",
  },
  COPY_PLACE_EXISTS: {
    what: "{location} is a place for plain copies already.",
    next: "Use it as it is, or choose another folder.",
  },
  COPY_PLACE_NOT_EMPTY: {
    what: "{location} is not empty (it holds {example}); a mirror needs a folder of its own.",
    next: "Choose an empty folder, or one below this one.",
  },
  COPY_PLACE_OTHER: {
    what: "{location} holds copies of the kind `{kind}`, not `{wanted}`.",
    next: "Write `{kind}:` in front of the place, or choose another folder.",
  },
  COPY_PLACE_BUSY: {
    what: "Another run writes to {location}: {holder}, since {since}.",
    next: "Wait until it ends. If you know that it is dead, remove obhut-run.json there.",
  },
  COPY_DAMAGED: {
    what: "{file} in {location} is damaged.",
    next: "Use another copy; the next backup makes a new one. `obhut check` says what else is affected.",
  },
  COPY_BRAKE: {
    what: "The instance lost most of its {what} since the mirror was last written: {before} then, {now} now. The mirror {location} was left as it is.",
    next: "Look at the instance first. If that is what you want, run the backup once with --accept-losses.",
  },
  RESTORE_STOPPED: {
    what: "{count} {count:file|files} cannot be restored, such as {example}: {reason}. Nothing in {target} was changed.",
    next: "Leave these files out with --exclude, take another snapshot, or restore to an empty folder.",
  },
  TARGET_NOT_EMPTY: {
    what: "{target} is not empty.",
    next: "Choose an empty folder, or say --overwrite to restore into this one.",
  },
  TARGET_NO_FOLDER: {
    what: "{target} is no folder, or lies below something that is none.",
    next: "Choose a folder that is empty or not there yet.",
  },
  TARGET_IN_USE: {
    what: "{target} is in use: process {pid} ({program}) has its database open.",
    next: "Stop Open WebUI, then restore again; or choose another folder.",
  },
  TARGET_FULL: {
    what: "{target} ran full during the restore: {reason}.",
    next: "Free space there or choose another disk, then restore again.",
  },
  TARGET_FAILED: {
    what: "Restoring into {target} failed: {reason}.",
    next: "See that the folder may be written by this user and its disk is sound, then restore again.",
  },
  TARGET_NO_SPACE: {
    what: "{target} has {free} free; the restore needs {needed}.",
    next: "Free space there or choose another disk.",
  },
  SOURCE_MISSING: {
    what: "{path} does not exist or is not a folder.",
    next: "Give Open WebUI's data directory, the folder that holds webui.db.",
  },
  SOURCE_IN_USE: {
    what: "{path} is in use by {holder}, and --cold is for an app that is stopped.",
    next: "Stop Open WebUI, then run the backup again; or leave out --cold: a running app is captured live.",
  },
  SOURCE_CHANGED: {
    what: "{path} changed while the data directory was read cold: something still writes there. No snapshot was made.",
    next: "Stop Open WebUI and whatever else writes there, then run the backup again.",
  },
  DATABASE_MISSING: {
    what: "There is no database at {path}.",
    next: "Give the folder that holds it. An instance that was never started has none yet.",
  },
  DATABASE_UNREADABLE: {
    what: "The database {path} cannot be read: {reason}.",
    next: "Run as a user that may read it, such as the one the app runs as, or root.",
  },
  DATABASE_CORRUPT: {
    what: "{path} is not a whole SQLite database: {reason}.",
    next: "See whether the app still starts on it. If not, restore an earlier snapshot; the newest whole one is the best you have.",
  },
  DATABASE_ENCRYPTED: {
    what: "{path} is encrypted (SQLCipher); it cannot be captured while the app runs.",
    next: "Stop the app and back up with --cold: the file is kept as it is, and its key with it where Obhut can see DATABASE_PASSWORD.",
  },
  DATABASE_EXCLUSIVE: {
    what: "{path} is locked for one process alone (held by {holder}); nobody else can read it.",
    next: "If the app sets locking_mode=EXCLUSIVE, remove that; or stop the app and back up with --cold.",
  },
  DATABASE_BUSY: {
    what: "{path} could not be captured within {seconds} s: {reason}.",
    next: "Run the backup again when less is going on, or while the app is stopped.",
  },
  DATABASE_CHANGED: {
    what: "{file} changed while {path} was read, so what was read is discarded.",
    next: "Run the backup again. If the app runs on another machine, run Obhut there.",
  },
  DATABASE_HOLD_LOST: {
    what: "The read lock on {path} was lost before all of it was read: {reason}.",
    next: "Run the backup again; nothing of this reading was kept.",
  },
  DATABASE_HOLD_EXCEEDED: {
    what: "{path} could not be copied within {seconds} s, the longest that writers may be kept waiting.",
    next: "Put the scratch folder on a faster disk or on the same file system, turn on WAL mode, or back up while the app is stopped.",
  },
  DATABASE_JOURNAL_SHARED: {
    what: "A crash left {path} in the middle of a change that spans several databases.",
    next: "Start the app once, so that it repairs them together, then run the backup again.",
  },
  FILESYSTEM_LOCKS_UNTRUSTED: {
    what: "{path} lies on {filesystem}, where file locks cannot be relied on; a live capture could be wrong.",
    next: "Run Obhut on the machine that runs the app, through the same mount; or stop the app and back up with --cold.",
  },
  SCRATCH_FAILED: {
    what: "No working folder could be made in {path}: {reason}.",
    next: "Choose a folder that this user may write to with TMPDIR.",
  },
  SCRATCH_NO_SPACE: {
    what: "The scratch folder {path} has {free} free; {needed} are needed to copy a database.",
    next: "Free space there, or choose another scratch folder.",
  },
  INTERRUPTED: { what: "Interrupted.", next: "Run the command again; what was stored already is used." },
  INTERNAL: {
    what: "Something happened that should not: {reason}.",
    next: "Please report it with the command you ran and the lines above.",
  },
};
