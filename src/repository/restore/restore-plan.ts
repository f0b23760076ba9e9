/** What a restore will do, before it does anything: pure data, shown by a dry run. */
import type { BytePath } from "../../base/byte-path.ts";
import type { Finding } from "../../base/finding-codes.ts";
import type { Node } from "../format/node.ts";
import type { PieceTable } from "./piece-table.ts";

export interface PlannedEntry {
  /** Inside the snapshot; how messages name it. */
  readonly path: BytePath;
  /** Below the target, without a leading `/`. Empty for the target itself. */
  readonly relative: BytePath;
  readonly node: Node;
}

export interface PlannedFile extends PlannedEntry {
  /** Sum of its pieces, bytes. */
  readonly sizeBytes: number;
  /** First row of the piece table; its rows follow each other. */
  readonly firstPiece: number;
  readonly pieceCount: number;
}

/** Another name of a file that is restored already. */
export interface PlannedHardLink extends PlannedEntry {
  readonly to: PlannedFile;
}

export interface RestorePlan {
  /** Parents before what is in them. */
  readonly folders: readonly PlannedEntry[];
  readonly files: readonly PlannedFile[];
  readonly hardLinks: readonly PlannedHardLink[];
  readonly symlinks: readonly PlannedEntry[];
  /** Pipes and device nodes. Sockets are left out, as restic does: they mean nothing without their process. */
  readonly specials: readonly PlannedEntry[];
  readonly pieces: PieceTable;
  /** Bytes of all files. */
  readonly totalBytes: number;
  readonly findings: readonly Finding[];
}
