/** What the steps of one capture share. */
import { type BytePath, joinPath } from "../base/byte-path.ts";
import type { Clock } from "../base/clock.ts";
import type { Scratch } from "../host/scratch.ts";
import type { CaptureOptions as DatabaseOptions } from "../host/sqlite/hold-database.ts";
import { type Part, vectorFolder } from "../openwebui/parts.ts";
import type { HoldWatch } from "./capture-options.ts";
import type { MetaContext } from "./entry-meta.ts";
import type { FindingsLog } from "./findings-log.ts";
import { type Walked, walk } from "./walk.ts";

/** Of the snapshot that the engine compares with. */
export interface ParentStates {
  readonly timeMs: number;
  readonly states: ReadonlyMap<BytePath, string>;
  /** No segment was torn then. */
  readonly vectorsWhole: boolean;
}

export interface ContextParts {
  readonly root: BytePath;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly scratch: Scratch;
  readonly meta: MetaContext;
  readonly findings: FindingsLog;
  /** Those that are captured; a part that turns out to lie elsewhere is taken out. */
  readonly parts: Set<Part>;
  readonly parent?: ParentStates;
  /** How often Chroma's moment is taken again before a torn segment is accepted as such. */
  readonly segmentTries: number;
  readonly holds?: HoldWatch;
  /** How databases are captured. */
  readonly database: DatabaseOptions;
  /** False for what is left out, by name or on request. */
  readonly wanted: (path: BytePath) => boolean;
  readonly onUnreadable: (path: BytePath, error: unknown) => void;
}

export interface CaptureContext extends ContextParts {
  absolute(path: BytePath): BytePath;
  /** Walks from `path` on, itself included, without what `skipped` names; see `walk`. */
  walk(path: BytePath, skipped?: (path: BytePath) => boolean): AsyncGenerator<Walked>;
  /** Everything below vector_db. */
  list(): Promise<readonly Walked[]>;
}

export function captureContext(given: ContextParts): CaptureContext {
  const { root, meta: context, wanted, onUnreadable, signal } = given;
  const from: CaptureContext["walk"] = (path, skipped) =>
    walk({
      root,
      from: path,
      context,
      wanted: skipped === undefined ? wanted : (at) => wanted(at) && !skipped(at),
      onUnreadable,
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    ...given,
    absolute: (path) => (path === "" ? root : joinPath(root, path)),
    walk: from,
    list: () => Array.fromAsync(from(vectorFolder)),
  };
}
