/**
 * Where the files of plain copies lie: a folder that people open with the programs they have. One interface and its guarantees; it knows
 * files and folders, and nothing of copies, manifests or Open WebUI.
 *
 * Paths are relative to the place's root, without a slash at either end; the root itself is the empty path. Names are bytes; a place that
 * cannot hold a name refuses it (STORAGE_FAILED), and whoever writes finds out beforehand which it can (probe-names.ts).
 * Errors are ObhutErrors of the storage's codes (STORAGE_...); calls that take a signal reject with its reason once it aborts.
 */
import type { BytePath } from "../../base/byte-path.ts";

export interface PlaceEntry {
  readonly path: BytePath;
  /** `other`: a link, a device, a socket. It is listed and never followed. */
  readonly kind: "file" | "folder" | "other";
  /** 0 for what is no file. */
  readonly sizeBytes: number;
  /** When it was last written, ms since 1970, as exactly as the place keeps it; undefined where it does not. */
  readonly modifiedMs?: number;
}

/** What a file is to hold. It stays the same until the write settles. */
export interface PlaceContent {
  readonly sizeBytes: number;
  /** The bytes from the first to the last. May be asked for more than once: a write that a network broke is tried again. */
  open(): AsyncIterable<Uint8Array>;
  /**
   * Absolute path of a file of this machine that holds exactly these bytes, where there is one: a place may take them from there, and may give
   * it the time that the written file is to have.
   */
  readonly file?: string;
}

export interface ReadOptions {
  /** The first byte that is wanted: for whoever goes on where a connection broke. Past the end there is nothing. */
  readonly from?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions {
  /** Everything below it too. */
  readonly deep?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions {
  /** Given to the file where the place can; else it has the time of the write. */
  readonly modifiedMs?: number;
  /**
   * When the bytes are on the disk. `now`: before the file has its name, so that a power cut never leaves a name with nothing behind it;
   * for whatever replaces a file, or says that others are whole. `settle`: once `settle` was called; for new files of a copy that nothing
   * calls whole yet.
   */
  readonly durable: "now" | "settle";
  /** Never replaces: STORAGE_FILE_EXISTS where something of that name is. Two at once are told apart where the place can. */
  readonly once?: boolean;
  readonly signal?: AbortSignal;
}

/** How a file may come to be that has the bytes of another: as a clone that shares blocks until one changes, or byte by byte. */
export type Duplication = "reflink" | "copy";

export interface PlainPlace {
  /** How a person named it, without secrets. Used in messages only. */
  readonly location: string;
  /** How many calls may usefully be under way at once. */
  readonly connections: number;
  /** A file keeps the time it was given, to 2 s: one that has another was changed by somebody else. */
  readonly keepsTimes: boolean;

  /**
   * What lies in a folder, or with `deep` everything below it, in no order. A folder that is not there holds nothing; so does a root that is
   * not there. Names of writes under way (see `isTemporaryName`) are left out. Where the place has no folders of its own, those are told
   * that something lies in.
   */
  list(folder: BytePath, options?: ListOptions): AsyncIterable<PlaceEntry>;

  /** One entry, or undefined where there is none. Also how `""` is asked for: the root. A store of objects has its root always. */
  look(path: BytePath): Promise<PlaceEntry | undefined>;

  /** A file's bytes. STORAGE_FILE_MISSING, also for a folder. It ends early never: fewer bytes than the file has are an error. */
  read(path: BytePath, options?: ReadOptions): AsyncIterable<Uint8Array>;

  /**
   * Makes the file, in one step, with exactly the content's bytes: readers see what was there before or all of it. When it rejects the
   * name holds what it held, or (where only the last step's answer was lost) all of the new bytes. Content that gives another number of
   * bytes than it said is refused (STORAGE_FAILED). Folders above are made; the root is not: one that is gone is a disk that is not mounted.
   */
  write(path: BytePath, content: PlaceContent, options: WriteOptions): Promise<void>;

  /** With those above it, below the root; `""` makes the root itself. One that is there is a success. Nothing to do where there are none. */
  makeFolder(path: BytePath): Promise<void>;

  /**
   * Gives a file another name; folders above that are made. Replaces a file of that name, in one step where the place can; else there is a moment
   * without it, and never one without both. STORAGE_FILE_MISSING.
   */
  rename(from: BytePath, to: BytePath): Promise<void>;

  /**
   * Gives a folder another name, which nothing has: else STORAGE_FILE_EXISTS. It has either its old name or its new one, with all that is in
   * it. Absent: a store of objects, or whatever cannot promise that.
   */
  renameFolder?(from: BytePath, to: BytePath): Promise<void>;

  /**
   * Another name for the same file (a hard link); folders above it are made. Absent: the place has no such thing. STORAGE_LINKS where
   * this file system refuses to (FAT, some shares); STORAGE_FILE_EXISTS where the new name is taken.
   */
  link?(existing: BytePath, made: BytePath): Promise<void>;

  /** A file with the bytes of another, without them going over a line. Absent: it cannot. STORAGE_LINKS where reflinks are refused. */
  duplicate?(existing: BytePath, made: BytePath, how: Duplication): Promise<void>;

  /** Removes a file (never a folder). One that is not there is a success. */
  remove(path: BytePath): Promise<void>;

  /** Removes a folder with all that is in it, links themselves and not what they lead to. One that is not there is a success. */
  removeFolder(path: BytePath): Promise<void>;

  /** Removes what writes left that died under way. Only for whoever knows that nobody else writes: what is under way now goes too. */
  tidy(signal?: AbortSignal): Promise<void>;

  /** When it resolves, everything that was done before is durable, names included, as far as the place lets one see to it. */
  settle(): Promise<void>;

  /** Bytes that may still be written; undefined where the place does not tell. */
  freeBytes(): Promise<number | undefined>;

  /** Ends connections and helper processes. Idempotent. */
  close(): Promise<void>;
}

/**
 * A file of `write` before it has its name. Short, as the final name may be as long as a name can be. The second is how rclone calls its own
 * (its fs/operations/copy.go, checkPartial: eight digits and the suffix it is given).
 */
const temporaryPattern = /^\.obhut-tmp-[0-9a-f]{16}$|\.[0-9a-f]{8}\.obhut-tmp$/;
export const partialSuffix = ".obhut-tmp";

export function temporaryName(random: (bytes: number) => Uint8Array): BytePath {
  return `.obhut-tmp-${Buffer.from(random(8)).toString("hex")}` as BytePath;
}

export function isTemporaryName(name: string): boolean {
  return temporaryPattern.test(name);
}

/** Content that is in memory. */
export function bytesContent(bytes: Uint8Array): PlaceContent {
  return {
    sizeBytes: bytes.length,
    async *open() {
      if (bytes.length > 0) yield bytes;
    },
  };
}

/** A small file's bytes. */
export async function readSmall(
  place: Pick<PlainPlace, "read">,
  path: BytePath,
  signal?: AbortSignal,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of place.read(path, { signal })) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}
