/** Chroma's files as entries of the snapshot, and what the manifest says of them. */
import { DatabaseSync } from "node:sqlite";
import { type BytePath, bytesOf } from "../base/byte-path.ts";
import { finding } from "../base/finding-codes.ts";
import { changesInPlace } from "../openwebui/changes-in-place.ts";
import { type ChromaCounts, countChroma } from "../openwebui/chroma/collections.ts";
import { vectorDatabase } from "../openwebui/parts.ts";
import type { SourceContent, SourceEntry } from "../repository/source-entry.ts";
import type { CaptureContext } from "./capture-context.ts";
import { readEntryMeta } from "./entry-meta.ts";
import { dataPath } from "./layout.ts";
import type { DatabaseReport, VectorsReport } from "./manifest.ts";
import { PinnedDatabase } from "./pinned-database.ts";
import { plainEntry } from "./plain-entry.ts";
import { segmentToken } from "./segment-token.ts";
import type { CapturedSegment, VectorsMoment } from "./vectors-moment.ts";

export interface CapturedVectors {
  readonly entries: readonly SourceEntry[];
  /** chroma.sqlite3 as it lies there, beside `entries`; absent where it is among them, as a copy. */
  readonly own?: PinnedDatabase;
  /** Absent where Chroma's files could not be understood. */
  readonly report?: VectorsReport;
  readonly databases: readonly DatabaseReport[];
  /** Numbers in the vectors of each collection. */
  readonly dimensions: readonly number[];
}

/** Findings for torn and missing segments are told here. */
export async function vectorEntries(context: CaptureContext, moment: VectorsMoment<unknown>): Promise<CapturedVectors> {
  const entries: SourceEntry[] = moment.files.others.map(plainEntry);
  const segments = { whole: 0, unwritten: 0, torn: 0, orphaned: moment.files.orphaned };
  for (const part of moment.segments) {
    segments[tally(part)] += 1;
    tellTrouble(context, part);
    entries.push(...segmentEntries(part, moment.copies));
  }
  const { database, heldMs, longestHoldMs, tries } = moment;
  const dimensions = moment.segments.flatMap(({ segment }) => segment.dimension ?? []);
  const told = { segments, dimensions, unchanged: false, heldMs, longestHoldMs, tries };
  if (database.copy === undefined) {
    const own = await PinnedDatabase.of(context, vectorDatabase, database.still);
    const counts = await countChroma((sql) => database.still.query(sql));
    await database.still.restQueries();
    return { entries, own, report: { ...counts, ...told }, databases: [], dimensions };
  }
  const { copy, sizeBytes, state, how } = database;
  const meta = { ...(await readEntryMeta(context.absolute(vectorDatabase), context.meta, "follow")), sizeBytes };
  entries.push({
    path: dataPath(vectorDatabase),
    meta,
    content: { kind: "file", path: copy },
    changes: "in-place",
    state,
    pinned: true,
  });
  return {
    entries,
    report: { ...(await countsOf(copy)), ...told },
    databases: [{ path: vectorDatabase, how, sizeBytes, heldMs, tries }],
    dimensions,
  };
}

function tally({ state }: CapturedSegment): "whole" | "unwritten" | "torn" {
  if (state.kind !== "as-parent") return state.kind;
  return state.token.startsWith("whole:") ? "whole" : "unwritten";
}

function tellTrouble({ findings }: CaptureContext, { segment, state, folderThere }: CapturedSegment): void {
  if (state.kind !== "torn") return;
  const { id, collection } = segment;
  if (folderThere) findings.add(finding("SEGMENT_TORN", { segment: id, collection, reason: state.reason }));
  else findings.add(finding("SEGMENT_MISSING", { segment: id, collection }));
}

function segmentEntries(part: CapturedSegment, copies: ReadonlyMap<BytePath, BytePath>): SourceEntry[] {
  const token = stateToken(part);
  return part.files.flatMap((file): SourceEntry | readonly SourceEntry[] => {
    const copy = copies.get(file.path);
    // Gone before it could be copied: its segment is told as torn.
    if (copy === undefined && part.state.kind !== "as-parent") return [];
    const content: SourceContent = { kind: "file", path: copy ?? file.absolute };
    return {
      path: dataPath(file.path),
      meta: file.meta,
      content,
      changes: changesInPlace(file.path) ? "in-place" : "whole",
      pinned: copy !== undefined,
      ...(token === undefined ? {} : { state: token }),
    };
  });
}

/** A torn segment has none, so that the next capture looks at it again. */
function stateToken({ state, files }: CapturedSegment): string | undefined {
  if (state.kind === "as-parent") return state.token;
  return state.kind === "torn" ? undefined : segmentToken(state.kind, files);
}

/** Of our own copy, in which nobody waits: opened here, since no lock of ours hangs on that file. */
async function countsOf(copy: BytePath): Promise<ChromaCounts> {
  using database = new DatabaseSync(bytesOf(copy), { readOnly: true });
  return await countChroma(async (sql) => database.prepare(sql).all());
}
