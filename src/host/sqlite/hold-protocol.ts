/** What a capture and its holder process say to each other. Plain data for a channel with structured cloning. */
import type { BytePath } from "../../base/byte-path.ts";
import type { DatabaseFiles } from "./database-files.ts";

export type SqlValue = null | number | bigint | string | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export type HoldRequest =
  /** Begin a read transaction on a database in WAL mode, and say which frame it sees. */
  | { readonly op: "pin-wal"; readonly files: DatabaseFiles; readonly waitMs: number }
  /** Begin one on a database in rollback mode; it ends by itself after `capMs`. */
  | { readonly op: "pin-rollback"; readonly files: DatabaseFiles; readonly waitMs: number; readonly capMs: number }
  /** Open a file that nobody changes. */
  | { readonly op: "open-still"; readonly path: BytePath }
  /** Let SQLite repair a copy of ours: roll back its -journal, write its -wal back. */
  | { readonly op: "repair"; readonly path: BytePath }
  | { readonly op: "query"; readonly sql: string; readonly params: readonly SqlValue[] }
  /** Whether the transaction is still what it was. */
  | { readonly op: "confirm" };

export type PinOutcome =
  /** `index`: the first bytes of the -shm, the same before and after the transaction began (WAL mode only). */
  | { readonly kind: "pinned"; readonly index?: Uint8Array }
  /** Somebody holds a lock that keeps every reader out. */
  | { readonly kind: "locked" }
  /** A -journal must be rolled back first, and whoever wrote it is gone. */
  | { readonly kind: "hot-journal" }
  /** There is no -shm to join, or none that we may read. */
  | { readonly kind: "no-index" }
  /** The -shm or the -wal went away or changed all the time; looking again may help. */
  | { readonly kind: "unsettled" };

export interface HoldReplies {
  readonly "pin-wal": PinOutcome;
  readonly "pin-rollback": PinOutcome;
  readonly "open-still": true;
  readonly repair: true;
  readonly query: readonly SqlRow[];
  readonly confirm: boolean;
}

export type HoldReply =
  | { readonly id: number; readonly value: HoldReplies[keyof HoldReplies] }
  | { readonly id: number; readonly failed: HoldFailure };

export interface HoldFailure {
  readonly message: string;
  /** SQLite's extended result code, where SQLite failed. */
  readonly sqliteCode?: number;
}

/** Result codes of SQLite (sqlite.org/rescode.html) that decide something here. */
export const sqlite = {
  busy: 5,
  readonly: 8,
  corrupt: 11,
  cannotOpen: 14,
  protocol: 15,
  notADatabase: 26,
  readonlyRollback: 776,
} as const;

/** The primary code of an extended one. */
export function primaryCode(code: number): number {
  return code & 0xff;
}
