/** The part `vectors`, and webui.db of the same moment. */
import type { BytePath } from "../base/byte-path.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { isObhutError } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { vectorDatabase } from "../openwebui/parts.ts";
import type { CaptureContext } from "./capture-context.ts";
import type { DatabaseReport, VectorsReport } from "./manifest.ts";
import type { PinnedDatabase } from "./pinned-database.ts";
import { plainEntry } from "./plain-entry.ts";
import { unchangedVectors } from "./unchanged-vectors.ts";
import { type CapturedVectors, vectorEntries } from "./vector-entries.ts";
import { disposeMoment, takeVectorsMoment } from "./vectors-moment.ts";
import { whyOf } from "./why.ts";

export interface Moment {
  /** Absent where the part `database` is not asked for. */
  readonly main: PinnedDatabase | undefined;
  readonly vectors: CapturedVectors;
}

type Pin = () => Promise<PinnedDatabase | undefined>;

/**
 * Pins webui.db while Chroma is held, or while it is seen not to have changed. `previous` is the parent's report of the vectors.
 * Errors: those of `pin`, and what makes any capture impossible (no scratch space, locks that can't be trusted).
 */
export async function captureMoment(context: CaptureContext, pin: Pin, previous?: VectorsReport): Promise<Moment> {
  if (!context.parts.has("vectors")) return { main: await pin(), vectors: nothing };
  if (!(await hasChroma(context))) {
    return { main: await pin(), vectors: { ...nothing, entries: (await context.list()).map(plainEntry) } };
  }
  return (await unchangedMoment(context, pin, previous)) ?? (await heldMoment(context, pin));
}

/** For a moment that is not wanted after all. */
export async function disposeOf({ main, vectors }: Moment): Promise<void> {
  await main?.[Symbol.asyncDispose]();
  await vectors.own?.[Symbol.asyncDispose]();
}

const nothing: CapturedVectors = { entries: [], databases: [], dimensions: [] };

async function hasChroma(context: CaptureContext): Promise<boolean> {
  for await (const entry of context.walk(vectorDatabase)) return entry.meta.kind === "file";
  return false;
}

async function unchangedMoment(
  context: CaptureContext,
  pin: Pin,
  previous?: VectorsReport,
): Promise<Moment | undefined> {
  if (previous === undefined || (await unchangedVectors(context)) === undefined) return undefined;
  const main = await pin();
  try {
    // The same after as before: so it was the same when webui.db was pinned.
    const entries = await unchangedVectors(context);
    if (entries !== undefined) return { main, vectors: unchanged(entries, previous) };
  } catch (error) {
    await main?.[Symbol.asyncDispose]();
    throw error;
  }
  await main?.[Symbol.asyncDispose]();
  return undefined;
}

function unchanged(entries: CapturedVectors["entries"], previous: VectorsReport): CapturedVectors {
  const report: VectorsReport = { ...previous, unchanged: true, heldMs: 0, longestHoldMs: 0, tries: 0 };
  const own = entries.find(({ path }) => path.endsWith(vectorDatabase));
  const database: DatabaseReport = {
    path: vectorDatabase,
    how: "as-parent",
    sizeBytes: own?.meta.sizeBytes ?? 0,
    heldMs: 0,
    tries: 0,
  };
  return { entries, report, databases: [database], dimensions: previous.dimensions };
}

async function heldMoment(context: CaptureContext, pin: Pin): Promise<Moment> {
  const pinned = new PinFailure();
  try {
    const moment = await takeVectorsMoment(context, () => pinned.guard(pin));
    try {
      return { main: moment.pinned, vectors: await vectorEntries(context, moment) };
    } catch (error) {
      await disposeMoment(moment);
      throw error;
    }
  } catch (error) {
    if (pinned.is(error) || !isOfChromaAlone(error)) throw error;
    return await inexactMoment(context, pin, error);
  }
}

/** Tells an error of webui.db, which ends the capture, from one of chroma.sqlite3, which is a finding. */
class PinFailure {
  private error: unknown;

  async guard<Value>(pin: () => Promise<Value>): Promise<Value> {
    try {
      return await pin();
    } catch (error) {
      this.error = error;
      throw error;
    }
  }

  is(error: unknown): boolean {
    return this.error !== undefined && this.error === error;
  }
}

/** What is wrong with this one file; a full disk or untrusted locks would be wrong for all. */
const ofOneFile: readonly ErrorCode[] = [
  "DATABASE_UNREADABLE",
  "DATABASE_CORRUPT",
  "DATABASE_ENCRYPTED",
  "DATABASE_EXCLUSIVE",
  "DATABASE_BUSY",
  "DATABASE_CHANGED",
  "DATABASE_HOLD_LOST",
  "DATABASE_HOLD_EXCEEDED",
  "DATABASE_JOURNAL_SHARED",
];

function isOfChromaAlone(error: unknown): boolean {
  return (
    ofOneFile.some((code) => isObhutError(error, code)) || (error instanceof Error && error.name === "SqliteFailure")
  );
}

/** Everything as it lies there, with the journal, and a finding that says so. */
async function inexactMoment(context: CaptureContext, pin: Pin, error: unknown): Promise<Moment> {
  const path: BytePath = vectorDatabase;
  context.findings.add(finding("VECTORS_UNKNOWN", { path, reason: whyOf(error) }));
  const main = await pin();
  return { main, vectors: { ...nothing, entries: (await context.list()).map(plainEntry) } };
}
