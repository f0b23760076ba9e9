/**
 * Where the files of a repository lie. One interface, its guarantees, and nothing of restic's
 * encryption: a storage moves bytes that it does not understand.
 *
 * Layout and names: restic's doc/design.rst, "Repository Layout".
 */

export const fileTypes = ["config", "keys", "locks", "snapshots", "index", "data"] as const;
export type FileType = (typeof fileTypes)[number];

/** A file of the repository. `name` is 64 hex digits; for `config` it is the empty string. */
export interface StorageFile {
  readonly type: FileType;
  readonly name: string;
  /** Of a pack, where it is known: it holds trees, which every walk through a snapshot reads. Who keeps copies keeps those. */
  readonly holds?: "trees";
}

export interface StoredFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** When it was last written, by the storage's own clock, ms since 1970; undefined where the storage does not tell. */
  readonly modifiedMs?: number;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** What is loaded. */
export interface Load {
  readonly file: StorageFile;
  readonly range: ByteRange;
  readonly signal?: AbortSignal | undefined;
}

/** Memory that threads share. */
export type SharedBytes = Uint8Array<SharedArrayBuffer>;

export interface Storage {
  /** How a person named it, without secrets. Used in messages only. */
  readonly location: string;
  /** How many calls may usefully be under way at once. */
  readonly connections: number;

  /** Makes the layout's folders. Idempotent. */
  create(): Promise<void>;

  /**
   * Stores `bytes` under `file`. When it resolves the file is whole and durable; when it rejects no
   * file of that name holds anything but these bytes or what was there before. `config` is never replaced
   * (STORAGE_FILE_EXISTS); any other name is the hash of its content, so a file that is there with the same
   * length is a success. The caller leaves `bytes` alone until it settles.
   */
  save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;

  /**
   * The file's bytes, or those of `range`. Never fewer than asked for: STORAGE_SHORT_READ. A file that is not
   * there: STORAGE_FILE_MISSING. The buffer returned belongs to the caller and owns its whole ArrayBuffer
   * (it can be transferred to a worker).
   */
  load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;

  /**
   * As `load`, into `memory`, which is long enough for the range: resolves with the part of it that holds the range. What lies
   * elsewhere in it may be overwritten. Memory that begins at a page and has `directSlackBytes` (src/host/direct-io.ts) more than
   * the range spares a copy. Only where it spares making new memory, which the system has to clear first; who needs it elsewhere loads
   * and copies.
   */
  loadInto?(load: Load, memory: SharedBytes): Promise<SharedBytes>;

  /**
   * Told that what `load` gave is not what it must be. A storage that keeps copies looks what the place itself holds; where that differs
   * it drops its own, and true says that loading again helps. Never rejects. Absent: there are no copies.
   */
  doubt?(file: StorageFile, range: ByteRange): Promise<boolean>;

  /** Size of the file, or undefined where there is none. */
  sizeOf(file: StorageFile): Promise<number | undefined>;

  /** All files of a type, in no order; a folder that is not there holds none. Files whose name is no id are left out. */
  list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile>;

  /** Removes the file; one that is not there is a success. */
  remove(file: StorageFile): Promise<void>;

  /**
   * Locks the file against removal for another period, counted from now; false where it was written so lately (`modifiedMs`, as listed)
   * that there is no need. Absent: nothing is locked here.
   */
  extend?(file: StorageFile, modifiedMs: number | undefined, signal?: AbortSignal): Promise<boolean>;

  /** Ends connections and helper processes. Idempotent. */
  close(): Promise<void>;
}
