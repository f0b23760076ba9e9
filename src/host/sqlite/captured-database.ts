/** One captured database: where its bytes lie, what can be asked of it, and the proof that what was read is right. */
import type { BytePath } from "../../base/byte-path.ts";
import type { Clock } from "../../base/clock.ts";
import { type CopyOptions, copyContent } from "./copy-content.ts";
import type { DatabaseContent } from "./database-content.ts";
import type { HoldProcess } from "./hold-process.ts";
import type { SqlRow, SqlValue } from "./hold-protocol.ts";

export type CaptureKind =
  /** WAL mode, in use: pinned by a read transaction. Nobody waits. */
  | "live-wal"
  /** Rollback mode: a read transaction is held; writers wait until `release`. */
  | "live-rollback"
  /** Rollback mode: copied inside of a read transaction that is over already. */
  | "held-copy"
  /** Nobody has it open; the file is the database. */
  | "quiet"
  /** The file and the frames of a -wal that nobody has open. */
  | "wal-replay"
  /** A private copy in which a crashed transaction was rolled back. */
  | "journal-rollback"
  /** Encrypted, with a -journal that only the app can roll back: both as they lie there. */
  | "journal-kept";

export interface CaptureParts {
  readonly path: BytePath;
  readonly how: CaptureKind;
  readonly content: DatabaseContent;
  readonly pageBytes: number;
  readonly pages: number;
  readonly sizeBytes: number;
  readonly state: string;
  readonly clock: Clock;
  /** Nothing can be asked of it. Default false. */
  readonly encrypted?: boolean;
  /** See `CapturedDatabase.beside`. */
  readonly beside?: readonly BytePath[];
  /** A connection that sees exactly the captured state; called for the first query only. */
  readonly reader: () => Promise<HoldProcess>;
  /** Throws when the bytes read so far may be of more than one state. */
  readonly confirm: () => Promise<void>;
  /** Ends transactions, processes and private copies. */
  readonly end: () => Promise<void>;
  /** Monotonic time at which a lock was first asked for, where one is held. */
  readonly heldSinceMs?: number;
  /** For how long writers were held up, where that is over already. */
  readonly heldMs?: number;
}

export class CapturedDatabase implements AsyncDisposable {
  readonly path: BytePath;
  readonly how: CaptureKind;
  /** Valid until `release`. */
  readonly content: DatabaseContent;
  /** 0 for an encrypted file, which does not tell. */
  readonly pageBytes: number;
  readonly pages: number;
  /** Length of the content as one plain file. */
  readonly sizeBytes: number;
  /** Names the state: compare with `cheapState` of a later run. */
  readonly state: string;
  /** Its rows are nobody's to read here: `query` fails. */
  readonly encrypted: boolean;
  /** Files that belong to this state and must lie beside a copy of it, each by its absolute path. */
  readonly beside: readonly BytePath[];
  readonly #parts: CaptureParts;
  #reader: Promise<HoldProcess> | undefined;
  #ended = false;
  #endedAfterMs: number | undefined;

  constructor(parts: CaptureParts) {
    this.path = parts.path;
    this.how = parts.how;
    this.content = parts.content;
    this.pageBytes = parts.pageBytes;
    this.pages = parts.pages;
    this.sizeBytes = parts.sizeBytes;
    this.state = parts.state;
    this.encrypted = parts.encrypted ?? false;
    this.beside = parts.beside ?? [];
    this.#parts = parts;
  }

  /** True where nobody can change the bytes while they are read; else only `confirm` tells that nobody did. */
  get pinned(): boolean {
    return !["quiet", "wal-replay", "journal-kept"].includes(this.how);
  }

  /** Milliseconds for which a read transaction has been held, so far or in all. */
  get heldMs(): number {
    const { heldSinceMs, heldMs, clock } = this.#parts;
    if (heldMs !== undefined) return heldMs;
    if (heldSinceMs === undefined) return 0;
    return this.#endedAfterMs ?? clock.monotonicMs() - heldSinceMs;
  }

  /** Rows of the captured state, of that and no other. Integers beyond 2^53 come as bigint. Errors: SqliteFailure. */
  async query(sql: string, params: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    this.#reader ??= this.#parts.reader();
    const reader = await this.#reader;
    return await reader.ask({ op: "query", sql, params });
  }

  /** Ends the process that answers queries, where nothing hangs on it; a later query starts another. It takes memory while all is read. */
  async restQueries(): Promise<void> {
    if (this.pinned) return;
    const reader = await this.#reader?.catch(() => undefined);
    this.#reader = undefined;
    await reader?.[Symbol.asyncDispose]();
  }

  /** Writes the database as one plain file to `target`; it is right only if `confirm` or `release` resolves afterwards. */
  async copyTo(target: BytePath, options?: CopyOptions): Promise<void> {
    await copyContent(this.content, target, options ?? { mayGoOn: () => undefined });
  }

  /**
   * Resolves when everything read until now was of the one captured state. Errors: DATABASE_HOLD_LOST, DATABASE_CHANGED,
   * DATABASE_HOLD_EXCEEDED; what was read is to be discarded then.
   */
  async confirm(): Promise<void> {
    await this.#parts.confirm();
  }

  /** `confirm`, then the end of the hold, which happens in any case. Resolves to `heldMs`. */
  async release(): Promise<number> {
    try {
      await this.confirm();
    } finally {
      await this[Symbol.asyncDispose]();
    }
    return this.heldMs;
  }

  /** Ends the hold without asking whether it was good. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const reader = await this.#reader?.catch(() => undefined);
    await this.#parts.end();
    this.#endedAfterMs = this.heldMs;
    await reader?.[Symbol.asyncDispose]();
  }
}
