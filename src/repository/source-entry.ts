/**
 * What the engine stores: a stream of entries that somebody else reads from somewhere. The engine
 * knows nothing of Open WebUI; this is the narrow interface it needs.
 */
import type { BytePath } from "../base/byte-path.ts";

export type EntryKind = "file" | "dir" | "symlink" | "dev" | "chardev" | "fifo" | "socket";

/** What a file system says of an entry. Times are nanoseconds since 1970-01-01 UTC. */
export interface EntryMeta {
  readonly kind: EntryKind;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly mtimeNs: bigint;
  readonly atimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  readonly inode: bigint;
  readonly deviceId: bigint;
  /** Bytes; 0 for what is not a file. */
  readonly sizeBytes: number;
  /** Hard links; 1 for what cannot have them. */
  readonly links: number;
  /** Target of a symlink, as the link holds it. */
  readonly linkTarget?: BytePath;
  /** Major and minor of a device node, as st_rdev has them. */
  readonly rdev?: bigint;
  readonly xattrs?: readonly { readonly name: string; readonly value: Uint8Array }[];
}

/**
 * Where a worker thread finds a file's bytes. Plain data, so that it crosses to the worker uncopied.
 * Paths are absolute paths of this machine.
 */
export type SourceContent =
  /** The file as it lies there. */
  | { readonly kind: "file"; readonly path: BytePath }
  /**
   * A file whose blocks are partly newer in a second file: block i is read at `offsets[i]` of `patch`, or, where that is
   * -1, at `i * blockBytes` of `base`. The length is `offsets.length * blockBytes`. `offsets` lies in a SharedArrayBuffer.
   */
  | {
      readonly kind: "patched";
      readonly base: BytePath;
      readonly patch: BytePath;
      readonly blockBytes: number;
      readonly offsets: Float64Array<SharedArrayBuffer>;
    }
  /** The first `sizeBytes` of a file that others may be appending to or truncating behind that. */
  | { readonly kind: "prefix"; readonly path: BytePath; readonly sizeBytes: number }
  /** Bytes in memory, for what is small. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

/** What became of an entry's content; `done` is told exactly once. */
export type ReadOutcome =
  | { readonly kind: "read"; readonly bytes: number }
  /** Not read: it is the same as in every parent. */
  | { readonly kind: "unchanged" }
  | { readonly kind: "excluded" }
  | { readonly kind: "vanished" }
  | { readonly kind: "failed"; readonly error: Error };

export interface SourceEntry {
  /** Virtual absolute path inside the snapshot, such as `/open-webui/data/webui.db`. Never ends with `/`. */
  readonly path: BytePath;
  readonly meta: EntryMeta;
  /** Present for `file`, absent for every other kind. */
  readonly content?: SourceContent;
  /**
   * How the file changes: `in-place` (databases, HNSW files) is cut on the fine grid, `whole` (written once) in large
   * pieces. Depends on the kind of file alone, so that pieces meet again in later snapshots.
   */
  readonly changes: "in-place" | "whole";
  /**
   * What the file's state is named, where its stat does not tell (a database whose WAL moved on). Kept by whoever makes the
   * entries; the engine reuses a parent's content only when stat and state both are the parent's.
   */
  readonly state?: string;
  /**
   * True where nobody can change the bytes while they are read (a pinned transaction, a private copy). Else a file that changed
   * under the reader is read again, and at last reported as FILE_CHANGED.
   */
  readonly pinned: boolean;
  /**
   * True where somebody holds a database open, or a file that is gone, until this entry is read: whoever keeps entries waiting for a slow
   * place must not do so with this one.
   */
  readonly held?: true;
  /** Called exactly once, when no more bytes of this entry will be read. Must not throw. */
  readonly done?: (outcome: ReadOutcome) => void;
}
