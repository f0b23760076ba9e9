/** What --help says of each command and option. Keys are the names people type. */

interface CommandHelp {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What the command does, in whole sentences, for its own help. */
  readonly about: string;
}

export const commands = {
  start: {
    summary: "find an Open WebUI, back it up, restore it, verify it",
    about:
      "Finds an Open WebUI (the folder given, $DATA_DIR, ./data, or a Docker container) or makes a sample one, backs it up into a new repository in ./obhut, restores that to a scratch folder and verifies every file. Run again, it goes on with the same repository.",
  },
  init: {
    summary: "make a new repository",
    about:
      "Makes an empty encrypted repository in restic's format, version 2, or with mirror:, dated: or linked: in front a place for plain copies. On a terminal the password is asked for twice when none is given.",
  },
  backup: {
    summary: "capture an Open WebUI and store it",
    about:
      "Captures the data directory of an Open WebUI, which may be running, exactly as of one moment, and stores it in every destination given: repositories, and plain copies (mirror:PLACE, dated:PLACE, linked:PLACE). Nothing in the data directory is changed.",
  },
  snapshots: {
    summary: "list what is stored",
    about: "Lists the snapshots of a repository, oldest first.",
  },
  ls: {
    summary: "list the files of a snapshot",
    about: "Lists the files of a snapshot, or those below one path of it.",
  },
  dump: {
    summary: "write one file of a snapshot to standard output",
    about:
      "Writes the content of one file of a snapshot to standard output, byte for byte. Messages go to standard error.",
  },
  cat: {
    summary: "print an object of a repository as it is",
    about:
      "Prints the config, a key, snapshot, index or lock as JSON, or the bytes of a pack, of a blob or of a folder's tree. Messages go to standard error. The master key is never printed.",
  },
  find: {
    summary: "find files in snapshots by name",
    about:
      "Finds files and folders in all snapshots, or in some, the newest first. Open WebUI stores an upload as ID_NAME: obhut find '*invoice*.pdf' finds it. With --blob, --tree or --pack it says what in the snapshots needs these objects of the repository.",
  },
  diff: {
    summary: "say what changed from one snapshot to another",
    about:
      "Compares two snapshots of a repository: chats, users, files, knowledge bases, settings and whatever else changed in Open WebUI, then every file that was added, removed or modified. Values of settings that may be secrets are never shown. With PATH: only the files below that folder.",
  },
  stats: {
    summary: "say how much is stored, and how it grew",
    about:
      "Says what a restore would write, what the repository holds for it, and, snapshot by snapshot, what each one added and what would be free without it. With --mode it counts in one of restic's ways. Without SNAPSHOT: all snapshots.",
  },
  restore: {
    summary: "bring a snapshot back as a data directory",
    about:
      "Writes a snapshot into a folder as Open WebUI expects it, verifies what was written, and says how to start on it. A snapshot that other programs made is restored as it is.",
  },
  copy: {
    summary: "copy snapshots to another repository",
    about:
      "Copies snapshots from the repository --from-repository to the repository --to: those named, or all, that are not there yet. The instance is not read again, and only pieces that are missing there are brought over, each proven on the way.",
  },
  rewrite: {
    summary: "make snapshots anew without some of their files",
    about:
      "Stores snapshots anew, those named or all that the filters leave: without what --exclude matches, under another host or time. The old ones stay, and the new ones get the tag rewrite, unless --forget removes the old ones. Snapshots in which nothing would change are left alone.",
  },
  check: {
    summary: "see whether a repository is whole",
    about: "Checks that every snapshot has all it needs. With --read-data every stored byte is read and proven too.",
  },
  "repair index": {
    summary: "make the index of a repository anew from what is there",
    about:
      "Writes the index anew: packs that no index lists are found again by their headers, packs that are gone are listed no more, damaged index files are replaced. With --read-all-packs every header is read, also of packs whose entries look right. Nothing is removed but index files.",
  },
  "repair packs": {
    summary: "save what is whole in damaged packs",
    about:
      "Takes damaged packs out of a repository: every piece in them that is whole is stored in a new pack, and a copy of the damaged one is kept in the current folder. What is lost is named. Afterwards obhut repair snapshots makes the snapshots whole that needed it.",
  },
  "repair snapshots": {
    summary: "take what is lost out of snapshots",
    about:
      "Stores snapshots anew, those named or all that the filters choose, without the pieces that are lost: a file that lost some is cut short and named so. Snapshots that are whole stay as they are. The old ones stay too, unless --forget removes them. Make the index and the packs right first, and back up once: a new backup stores what the source still has.",
  },
  forget: {
    summary: "remove snapshots that are not needed any more",
    about:
      "Removes snapshots: those named, else all that no rule of --keep-... keeps, by restic's rules, each instance for itself. Shows what goes, what stays and why. The newest complete snapshot of an instance always stays. What snapshots took is freed by obhut prune, or at once with --prune.",
  },
  tag: {
    summary: "change the tags of snapshots",
    about:
      "Changes the tags of the snapshots named, else of all that --instance, --tag and --path choose. A snapshot gets a new id; nothing else of it changes.",
  },
  prune: {
    summary: "free the space that no snapshot needs",
    about:
      "Removes what no snapshot refers to any more. Packs that hold both what is used and what is not are written anew, each piece proven, until little enough is unused. The plan is shown first; --dry-run shows it alone. Takes an exclusive lock: no backup may run meanwhile.",
  },
  inspect: {
    summary: "say what a data directory holds",
    about:
      "Says what a data directory of Open WebUI holds: each part with size and meaning, and how many users, chats, files and collections there are. Changes nothing.",
  },
  "destination test": {
    summary: "try whether a place can hold a repository or plain copies, and how fast it is",
    about:
      "Reaches the place, writes, reads, lists and removes files of its own, measures how fast that goes, and says what is wrong where it fails. A repository that is there is left alone, and no password of it is needed. Where there is none, its empty folders are made. For mirror:, dated: and linked: it says what the place can do: hard links, names, free space.",
  },
  unlock: {
    summary: "remove stale locks",
    about: "Removes locks that programs left behind. Locks of programs that are still running stay.",
  },
  "key list": {
    summary: "list who may open a repository",
    about: "Lists the keys of a repository: each lets one password open it.",
  },
  "key add": {
    summary: "let one more password open a repository",
    about:
      "Adds a key for a new password, and opens the repository with it before it says so. The other passwords stay. The new password comes from a file, a program or the terminal, where it is asked for twice.",
  },
  "key passwd": {
    summary: "change the password of a repository",
    about:
      "Puts a new password in the place of the one that this call opens the repository with. The old key goes only when the new one has opened. Other keys stay as they are.",
  },
  "key remove": {
    summary: "take a password's right to open a repository",
    about:
      "Removes a key. The one that this call opens the repository with stays, so that there is always one that works. Whoever has a copy of the removed key and knows its password can still read that copy.",
  },
  "key sheet": {
    summary: "print what is needed to get everything back",
    about:
      "Prints a sheet with the repository, where its password is, and the commands that restore with Obhut and with restic alone. With --recovery-key it makes a password of its own for the sheet, easy to type from paper. --recovery-sheet writes it to a file: a page to print, with the password as a QR code, where the name ends in .html.",
  },
  version: {
    summary: "print the version",
    about: "Prints the version of Obhut and of the Node that runs it.",
  },
  completion: {
    summary: "print a completion script for a shell",
    about: "Prints a completion script. For bash: source <(obhut completion bash)",
  },
  help: {
    summary: "explain a command",
    about: "Explains a command.",
  },
} as const satisfies Record<string, CommandHelp>;

export const options = {
  data: "data directory of Open WebUI, the folder that holds webui.db; else $OBHUT_DATA, $DATA_DIR",
  to: "where to store: a repository's path; may be given more than once; else $OBHUT_REPOSITORY, $RESTIC_REPOSITORY",
  from: "repository to read; else $OBHUT_REPOSITORY, $RESTIC_REPOSITORY",
  "from-repository":
    "repository to copy from, or whose chunker parameters to copy; else $OBHUT_FROM_REPOSITORY, $RESTIC_FROM_REPOSITORY",
  "copy-chunker-params": "cut files where --from-repository does, so that restic finds the same pieces in both",
  "make-key-file": "make a file with a strong password and use it; keep a copy of that file elsewhere",
  "recovery-key": "make a second password for paper, which opens the repository too",
  "recovery-sheet": "write the recovery sheet to this file: a page to print if it ends in .html, else text",
  "new-password-file": "read the new password from this file",
  "new-password-command": "run this program (without a shell) and take its output as the new password",
  user: "name of the user to note with the key; else yours",
  host: "name of the machine to note with the key; else this one's",
  "from-password-file":
    "read the password of --from-repository from this file; without one it is the same as the other's",
  "from-password-command": "run this program and take its output as the password of --from-repository",
  instance:
    "name of the instance; a backup without it takes $OBHUT_INSTANCE, else this machine's name, or open-webui in a container",
  "password-file": "read the password from this file",
  "password-command": "run this program (without a shell) and take its output as the password",
  option:
    "setting of a storage, as restic spells it, such as sftp.args='-p 2222'; may be given more than once; see docs/destinations.md",
  "retry-lock": "wait so long for others who work on the repository, such as 5m; 0: not at all",
  "limit-upload": "send at most so many KiB a second, to all destinations together; 0: as fast as it goes",
  "limit-download": "receive at most so many KiB a second, from all repositories together; 0: as fast as it goes",
  trace: "add a line to this file for every call to a storage: what, how long, how it ended; no secrets",
  cacert: "file with the certificates of those who may vouch for servers, instead of this machine's",
  "tls-client-cert": "file with a certificate and its key that say to a server who we are",
  "cache-dir": "keep copies of indexes, snapshots and folder lists in this folder, for any repository; see docs/cli.md",
  "no-cache": "keep no such copies, and read none",
  tag: "tag for the snapshot, or tag to look for; may be given more than once",
  part: "only these parts: database, vectors, uploads, rest (comma-separated)",
  include: "only paths that match this pattern; may be given more than once",
  exclude: "leave out paths that match this pattern; may be given more than once",
  iexclude: "as --exclude, whatever the case of letters",
  "new-host": "new host of the snapshots, which is the name of their instance",
  "new-time": "new time of the snapshots: 2026-11-23T10:00, local where it has no offset",
  forget: "remove the old snapshots once the new ones are stored",
  "env-file": "file with the environment that Open WebUI runs with (its .env)",
  "secret-key-file": "file that holds Open WebUI's secret key (.webui_secret_key)",
  "deployment-file": "file to keep beside the data, such as compose.yaml or .env; may be given more than once",
  "spool-dir":
    "folder where packs wait for a slow destination, so that reading does not; else the one for scratch copies",
  "spool-limit": "the most that packs take there, such as 500M; 0: none wait; 4G where it is not given",
  cold: "the app is stopped: read all as it lies there, an encrypted database or a network folder too; refused if it still runs",
  "force-live": "capture even where file locks cannot be trusted, such as on NFS",
  "audit-log": "capture audit.log and its archives too",
  layout:
    "how a mirror or linked copy is laid out: data (as the app has it), tutorial, or folders such as database=db,uploads=files",
  "link-mode": "how a linked copy takes over unchanged files: hardlink, reflink or copy",
  archive: "how a dated copy packs the vector store: zst or gz",
  "include-secrets": "store keys, environment and deployment files in plain copies too, readable by all",
  trash: "a mirror keeps deleted and replaced files in obhut-trash",
  "accept-losses": "write a mirror even where the instance lost most of its files or rows",
  transfers: "files that a mirror writes at once (32)",
  checkers: "files that a mirror renames or removes at once (16)",
  "on-copy-error": "where a file of a mirror cannot be written: stop, or finish the others and tell of it (stop)",
  "copy-exclude": "leave paths that match this pattern out of plain copies; may be given more than once",
  "dry-run": "say what would be done, and write nothing",
  target: "folder to restore into; it must be empty or not exist",
  overwrite: "restore into a folder that is not empty; files of the same name are replaced",
  "no-verify":
    "do not read back and hash what was written, nor have the databases checked, nor wait for the disk in a new folder; that what comes out of the repository is authentic is proven even so",
  "data-path": "path at which Open WebUI will see the restored folder; rewrites the paths in its file rows",
  secrets: "write the stored keys and environment into this folder, readable by you alone",
  "ignore-case": "take capital and small letters for the same",
  oldest: "only what was last changed on this day, at this time, or later: 2026-11-23, 2026-11-23T10:00",
  newest: "only what was last changed on this day, at this time, or before",
  snapshot: "search in this snapshot; may be given more than once",
  long: "show sizes and times too",
  blob: "PATTERN is a blob's id, or its first digits",
  tree: "PATTERN is a tree's id, or its first digits",
  pack: "PATTERN is a pack's id, or its first digits",
  metadata: "list files too of which only the metadata changed, such as times or owners",
  mode: "what to count: restore-size, files-by-contents, blobs-per-file or raw-data, as restic does",
  "read-all-packs": "read the header of every pack, not only of those that look wrong",
  "read-data": "read and prove every stored byte",
  "read-data-subset": "read only a part: n/t (the n-th of t parts), a share such as 5%, or a size such as 500M",
  "keep-last": "keep the newest N snapshots (unlimited: all); of a backup: dated copies (3)",
  "keep-hourly": "keep the newest snapshot of each of the last N hours that have any",
  "keep-daily": "keep the newest snapshot of each of the last N days that have any",
  "keep-weekly": "keep the newest snapshot of each of the last N weeks that have any",
  "keep-monthly": "keep the newest snapshot of each of the last N months that have any",
  "keep-yearly": "keep the newest snapshot of each of the last N years that have any",
  "keep-within": "keep all snapshots that are at most so much older than the newest, such as 1y5m7d2h",
  "keep-within-hourly": "of those at most so much older than the newest, keep one an hour",
  "keep-within-daily": "of those at most so much older than the newest, keep one a day",
  "keep-within-weekly": "of those at most so much older than the newest, keep one a week",
  "keep-within-monthly": "of those at most so much older than the newest, keep one a month",
  "keep-within-yearly": "of those at most so much older than the newest, keep one a year",
  "keep-tag": "keep snapshots that bear all of these tags (comma-separated); may be given more than once",
  "group-by":
    "apply the rules to each group for itself: host, paths, tags (comma-separated; '' for one group); else host,paths",
  path: "only snapshots of this path; may be given more than once",
  "unsafe-allow-remove-all":
    "let even the last complete snapshot go; without rules, remove all that --instance, --tag and --path choose",
  prune: "free the space at once, as obhut prune does",
  set: "replace all tags by these (comma-separated; '' for none)",
  add: "add these tags (comma-separated); may be given more than once",
  remove: "remove these tags (comma-separated); may be given more than once",
  "max-unused":
    "how much may stay unused: a share of what is stored such as 5% (the default), a size such as 500M, or unlimited",
  "max-repack-size": "write packs anew up to this much in all, such as 2G; the next prune goes on",
  "repack-cacheable-only": "write only packs anew that hold trees; packs of data stay while anything in them is used",
  "repack-small": "merge all packs below four fifths of the usual 16 MiB",
  "keep-delete":
    "how long what is not needed stays before it is removed, such as 23h, in case rustic relies on it meanwhile; default: at once, 23h where rustic wrote",
  "remove-all": "remove all locks, those of running programs too",
  json: "print JSON lines (docs/json.md)",
  quiet: "print errors and findings only",
  lang: "language of messages: en or de",
  help: "explain the command",
} as const;

/** Names of values, as they stand behind an option or for an argument. */
export const values = {
  dir: "DIR",
  destination: "DESTINATION",
  name: "NAME",
  file: "FILE",
  command: "COMMAND",
  tag: "TAG",
  parts: "PARTS",
  pattern: "PATTERN",
  path: "PATH",
  subset: "SUBSET",
  limit: "LIMIT",
  size: "SIZE",
  mode: "MODE",
  duration: "DURATION",
  language: "LANG",
  time: "TIME",
  snapshot: "SNAPSHOT",
  object: "OBJECT",
  id: "ID",
  count: "N",
  tags: "TAGS",
  grouping: "GROUPS",
  key: "KEY",
  rate: "KIB",
  setting: "SETTING",
  pack: "PACK",
  layout: "LAYOUT",
  shell: "SHELL",
} as const;

export const headings = {
  usage: "Usage",
  commands: "Commands",
  arguments: "Arguments",
  options: "Options",
  optionsWord: "OPTIONS",
  commandWord: "COMMAND",
  exitCodes: "Exit codes",
  tagline: "Obhut: exact, encrypted, proven backups of a running Open WebUI",
  more: "obhut COMMAND --help explains a command.",
  exitCodeList: "0 done, 1 failed, 3 incomplete, 10 no repository, 11 locked, 12 wrong password, 130 interrupted",
  destinationHelp: "place to try, such as sftp:user@host:/path; else OBHUT_REPOSITORY or RESTIC_REPOSITORY",
  snapshotHelp: "id or its first digits, latest, or @2026-11-23T10:00 (the newest not after that)",
  findPatternHelp: "name with * ? [a-z], such as '*.pdf', or a path such as 'uploads/**/*.md'; or an id",
  snapshotPathHelp: "path inside the snapshot, as obhut ls prints it",
  dirHelp: "data directory of Open WebUI, the folder that holds webui.db",
  objectHelp: "config, key, snapshot, index, lock, pack, blob or tree",
  idHelp:
    "which one: an id or its first digits; of a blob the whole id; for a tree SNAPSHOT or SNAPSHOT:/path; for config none",
  packHelp: "id of the pack, or its first digits, as obhut check names it",
  keyHelp: "id of the key or its first digits, as obhut key list prints it",
  shellHelp: "bash, zsh or fish",
  commandHelp: "command to explain",
} as const;
