/** What a test and its app process say to each other. */

export type LoopKind = "write" | "checkpoint";

export interface LoopFigures {
  readonly turns: number;
  /** Turns that SQLite refused with SQLITE_BUSY. */
  readonly busy: number;
  readonly longestMs: number;
}

export type AppRequest =
  | {
      readonly op: "open";
      readonly path: string;
      readonly setup: readonly string[];
      readonly busyMs: number;
      readonly ledger: boolean;
    }
  | { readonly op: "exec"; readonly sql: string }
  | { readonly op: "rows"; readonly sql: string }
  | { readonly op: "transfer"; readonly from: number; readonly times: number }
  /** One more connection, in a read transaction until `close`: it takes a read mark. */
  | { readonly op: "read-elsewhere"; readonly path: string }
  | { readonly op: "start"; readonly kind: LoopKind }
  | { readonly op: "stop" }
  | { readonly op: "close" };

export type AppReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failed: string };
