/** webui.db as an entry: pinned, asked for its facts, streamed, and confirmed when its last byte has been read. */
import { stat } from "node:fs/promises";
import { type BytePath, bytesOf } from "../base/byte-path.ts";
import { captureDatabase } from "../host/sqlite/capture-database.ts";
import type { CapturedDatabase } from "../host/sqlite/captured-database.ts";
import { cheapState } from "../host/sqlite/state-token.ts";
import { type InstanceFacts, readInstanceFacts } from "../openwebui/instance-facts.ts";
import { mainDatabase } from "../openwebui/parts.ts";
import type { EntryMeta, SourceEntry } from "../repository/source-entry.ts";
import type { CaptureContext } from "./capture-context.ts";
import type { HoldWatch } from "./capture-options.ts";
import { readEntryMeta } from "./entry-meta.ts";
import { dataPath } from "./layout.ts";
import type { DatabaseReport } from "./manifest.ts";
import type { OutcomeTracker } from "./outcome-tracker.ts";
import { plainEntry } from "./plain-entry.ts";

/** A database of the data directory, held until its entry has been read. */
export class PinnedDatabase implements AsyncDisposable {
  readonly path: BytePath;
  readonly captured: CapturedDatabase;
  private readonly meta: EntryMeta;
  private readonly context: CaptureContext;
  /** Told when the log may be truncated again. */
  private holds: HoldWatch | undefined;
  private released: Promise<number> | undefined;

  private constructor(path: BytePath, captured: CapturedDatabase, meta: EntryMeta, context: CaptureContext) {
    this.path = path;
    this.captured = captured;
    this.meta = meta;
    this.context = context;
    this.holds = captured.how === "live-wal" ? context.holds : undefined;
    this.holds?.begun();
  }

  /** Errors: those of `captureDatabase`. */
  static async pin(context: CaptureContext, path: BytePath): Promise<PinnedDatabase> {
    return await PinnedDatabase.of(context, path, await captureDatabase(context.absolute(path), context.database));
  }

  /** Of what is captured already, which is disposed of where this rejects. */
  static async of(context: CaptureContext, path: BytePath, captured: CapturedDatabase): Promise<PinnedDatabase> {
    try {
      const meta = await readEntryMeta(context.absolute(path), context.meta, "follow");
      return new PinnedDatabase(path, captured, meta, context);
    } catch (error) {
      await captured[Symbol.asyncDispose]();
      throw error;
    }
  }

  get sizeBytes(): number {
    return this.captured.sizeBytes;
  }

  /** Whether the database is now in the very state that is pinned. False where that can't be told. */
  async isNewest(): Promise<boolean> {
    return (await cheapState(this.captured.path, this.context.clock)) === this.captured.state;
  }

  /** The transaction ends, and is confirmed, as soon as the engine is done with it. */
  entry(tracker: OutcomeTracker): SourceEntry {
    const { content, state, pinned } = this.captured;
    const done = tracker.track(this.path, () => {
      this.released = this.release();
      // It is awaited in `finish`; until then a failure must not be an unhandled one.
      this.released.catch(() => undefined);
    });
    const meta = { ...this.meta, sizeBytes: this.sizeBytes };
    return { path: dataPath(this.path), meta, content, changes: "in-place", state, pinned, done };
  }

  /** What must lie beside it, as it lies there. Read cold alone, where the witness sees that none of it changed. */
  async *sideEntries(tracker: OutcomeTracker): AsyncGenerator<SourceEntry> {
    const { beside, path: database } = this.captured;
    for (const absolute of beside) {
      const path = `${this.path}${absolute.slice(database.length)}` as BytePath;
      const meta = await readEntryMeta(absolute, this.context.meta, "follow");
      yield { ...plainEntry({ path, absolute, meta }), done: tracker.track(path) };
    }
  }

  /** After `done`: rejects (DATABASE_HOLD_LOST, DATABASE_CHANGED) where what was read may be of more than one state. */
  async finish(): Promise<DatabaseReport> {
    const heldMs = await (this.released ?? this.release());
    const { how, encrypted } = this.captured;
    const sealed = encrypted ? { encrypted } : {};
    return { path: this.path, how, sizeBytes: this.sizeBytes, ...sealed, heldMs, tries: 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.released?.catch(() => undefined);
    await this.captured[Symbol.asyncDispose]();
    this.tellEnd();
  }

  private async release(): Promise<number> {
    try {
      return await this.captured.release();
    } finally {
      this.tellEnd();
    }
  }

  private tellEnd(): void {
    this.holds?.ended();
    this.holds = undefined;
  }
}

/** Waits for room before a database is held; how much it will be shows only then, its file and its log are near. */
export async function beforeHold({ holds, absolute }: CaptureContext, path: BytePath): Promise<void> {
  if (holds === undefined) return;
  const sizes = [path, `${path}-wal` as BytePath].map(async (file) => {
    const status = await stat(bytesOf(absolute(file))).catch(() => undefined);
    return status?.size ?? 0;
  });
  await holds.before((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0));
}

/** webui.db and what it tells, from the very transaction that is captured. */
export async function readFacts(database: PinnedDatabase): Promise<InstanceFacts> {
  return await readInstanceFacts((sql) => database.captured.query(sql));
}

export function pinMain(context: CaptureContext): Promise<PinnedDatabase> {
  return PinnedDatabase.pin(context, mainDatabase);
}
