/**
 * One consistent reading of Chroma's files: while chroma.sqlite3 is held nothing is committed there, the segments' files are
 * copied, then the database, then the hold ends. What was copied is checked afterwards, when nobody waits any more.
 */
import { dirname, join } from "node:path";
import { type BytePath, bytePath, displayPath } from "../base/byte-path.ts";
import { isObhutError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { reason } from "../base/reason-codes.ts";
import type { CapturedDatabase, CaptureKind } from "../host/sqlite/captured-database.ts";
import { holdDatabase } from "../host/sqlite/hold-database.ts";
import { readVectorSegments } from "../openwebui/chroma/collections.ts";
import { type SegmentState, validateSegment } from "../openwebui/chroma/validate-segment.ts";
import { vectorDatabase } from "../openwebui/parts.ts";
import type { CaptureContext } from "./capture-context.ts";
import { copyPlace, copySegmentFiles } from "./copy-segments.ts";
import { dataPath } from "./layout.ts";
import { segmentToken, untouchedBefore } from "./segment-token.ts";
import { type SegmentFiles, sortVectorFiles, type VectorFiles } from "./vector-files.ts";
import type { Walked } from "./walk.ts";

export interface CapturedSegment extends SegmentFiles {
  /** `as-parent`: known to be whole or unwritten then, and untouched since; there is no copy. */
  readonly state: SegmentState | { readonly kind: "as-parent"; readonly token: string };
}

export interface VectorsMoment<Pinned> {
  readonly pinned: Pinned;
  readonly files: Omit<VectorFiles, "segments">;
  readonly segments: readonly CapturedSegment[];
  readonly copies: ReadonlyMap<BytePath, BytePath>;
  readonly database: MomentDatabase;
  readonly heldMs: number;
  readonly longestHoldMs: number;
  readonly tries: number;
}

/** chroma.sqlite3: a copy; or where nobody has it open, itself, to be released when it has been read. */
export type MomentDatabase =
  | { readonly copy: BytePath; readonly sizeBytes: number; readonly state: string; readonly how: CaptureKind }
  | { readonly copy?: undefined; readonly still: CapturedDatabase };

/** A database that is held at some state of its own. */
export interface Pin extends AsyncDisposable {
  /** Whether nothing was committed since. */
  isNewest(): Promise<boolean>;
}

/**
 * What `pin` takes is of the same moment: it was the newest state while Chroma was held. It is disposed of where the moment has
 * to be taken again. Errors: those of `holdDatabase`, of `pin`, and the disk's.
 */
export async function takeVectorsMoment<Pinned extends Pin | undefined>(
  context: CaptureContext,
  pin: () => Promise<Pinned>,
): Promise<VectorsMoment<Pinned>> {
  const holds = { heldMs: 0, longestHoldMs: 0 };
  for (let tries = 1; ; tries++) {
    const last = tries >= context.segmentTries;
    const taken = await takeOnce(context, pin, holds).catch((error: unknown) => {
      if (last || !isPassing(error)) throw error;
      return undefined;
    });
    if (taken !== undefined) {
      if (last || taken.segments.every(({ state }) => state.kind !== "torn")) return { ...taken, ...holds, tries };
      await disposeMoment(taken);
    }
    await context.clock.sleep(limits.segmentBackOffMs * 2 ** (tries - 1), context.signal);
  }
}

/** For a moment that is not wanted after all. */
export async function disposeMoment({ pinned, database }: Pick<Taken<Pin | undefined>, "pinned" | "database">) {
  await pinned?.[Symbol.asyncDispose]();
  if (database.copy === undefined) await database.still[Symbol.asyncDispose]();
}

/** The next try may do better. */
function isPassing(error: unknown): boolean {
  const passing = ["DATABASE_CHANGED", "DATABASE_HOLD_LOST", "DATABASE_HOLD_EXCEEDED"] as const;
  return passing.some((code) => isObhutError(error, code));
}

type Taken<Pinned> = Omit<VectorsMoment<Pinned>, "heldMs" | "longestHoldMs" | "tries">;

async function takeOnce<Pinned extends Pin | undefined>(
  context: CaptureContext,
  pin: () => Promise<Pinned>,
  holds: { heldMs: number; longestHoldMs: number },
): Promise<Taken<Pinned>> {
  const folder = await context.scratch.subfolder("vectors");
  // Begun before, so that Chroma need not wait for it; good only where it is still the newest once Chroma is held.
  await using early = new AsyncDisposableStack();
  const before = use(early, await pin());
  await using undo = new AsyncDisposableStack();
  const options = { ...context.database, holdMs: limits.chromaHoldMs };
  await using hold = new AsyncDisposableStack();
  const held = hold.use(await holdDatabase(context.absolute(vectorDatabase), options));
  try {
    const current = before === undefined || (await before.isNewest());
    if (current) undo.use(early.move());
    else await early.disposeAsync();
    const pinned = current ? before : use(undo, await pin());
    const copied = await copyHeld(context, held, folder);
    if (copied.database.copy !== undefined) await held.release();
    const segments: CapturedSegment[] = [];
    for (const part of copied.parts) segments.push(await checked(part, folder, copied.changed));
    undo.move();
    if (copied.database.copy === undefined) hold.move();
    return { ...copied, pinned, segments };
  } finally {
    const waitedMs = held.how === "live-rollback" ? held.heldMs : 0;
    holds.heldMs += waitedMs;
    holds.longestHoldMs = Math.max(holds.longestHoldMs, waitedMs);
  }
}

function use<Value extends AsyncDisposable | undefined>(stack: AsyncDisposableStack, value: Value): Value {
  if (value !== undefined) stack.use(value);
  return value;
}

interface Part extends SegmentFiles {
  readonly asParent: string | undefined;
}

/** Everything that must happen while nobody commits to chroma.sqlite3. */
async function copyHeld(context: CaptureContext, held: CapturedDatabase, folder: string) {
  const known = await readVectorSegments((sql) => held.query(sql));
  const { segments, ...files } = sortVectorFiles(await context.list(), known);
  const parts: Part[] = segments.map((part) => ({ ...part, asParent: asParentToken(context, part.files) }));
  const toCopy = parts.filter((part) => part.asParent === undefined).flatMap((part) => part.files);
  // Whoever opens it while it is read is noticed when it is released.
  const copiedBytes = held.how === "quiet" ? 0 : held.sizeBytes;
  await context.scratch.require(copiedBytes + toCopy.reduce((sum, file) => sum + file.meta.sizeBytes, 0));
  const { copies, changed } = await copySegmentFiles(toCopy, folder, context.clock);
  return { files, parts, copies, changed, database: await momentDatabase(held, folder) };
}

async function momentDatabase(held: CapturedDatabase, folder: string): Promise<MomentDatabase> {
  const { sizeBytes, state, how } = held;
  if (how === "quiet") return { still: held };
  const copy = bytePath(join(folder, "chroma.sqlite3"));
  await held.copyTo(copy);
  return { copy, sizeBytes, state, how };
}

/** The parent's token of a segment that was good then and has not been touched since. */
function asParentToken({ parent }: CaptureContext, files: readonly Walked[]): string | undefined {
  const first = files[0];
  if (parent === undefined || first === undefined || !untouchedBefore(parent.timeMs, files)) return undefined;
  const before = parent.states.get(dataPath(first.path));
  return (["whole", "unwritten"] as const).map((kind) => segmentToken(kind, files)).find((token) => token === before);
}

async function checked(
  { asParent, ...part }: Part,
  folder: string,
  changed: ReadonlySet<BytePath>,
): Promise<CapturedSegment> {
  if (asParent !== undefined) return { ...part, state: { kind: "as-parent", token: asParent } };
  return { ...part, state: await stateOf(part, folder, changed) };
}

async function stateOf(part: SegmentFiles, folder: string, changed: ReadonlySet<BytePath>): Promise<SegmentState> {
  const moved = part.files.find((file) => changed.has(file.path));
  if (moved !== undefined)
    return { kind: "torn", reason: reason("segmentChanging", { file: displayPath(moved.path) }) };
  const first = part.files[0];
  if (first === undefined)
    return part.segment.written ? { kind: "torn", reason: reason("segmentFileMissing", {}) } : { kind: "unwritten" };
  return await validateSegment(dirname(copyPlace(folder, first.path)), part.segment);
}
