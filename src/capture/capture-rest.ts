/** Everything of the data directory that is in no other part, other databases among it. */
import { type BytePath, displayPath } from "../base/byte-path.ts";
import { finding } from "../base/finding-codes.ts";
import { headOf } from "../host/sqlite/database-files.ts";
import { changesInPlace } from "../openwebui/changes-in-place.ts";
import { isSideFile, mainDatabase, sideFileOf, uploadFolder, vectorFolder } from "../openwebui/parts.ts";
import type { SourceEntry } from "../repository/source-entry.ts";
import type { CaptureContext } from "./capture-context.ts";
import type { DatabaseReport } from "./manifest.ts";
import type { OutcomeTracker } from "./outcome-tracker.ts";
import { tellIfOutside } from "./outside-links.ts";
import { beforeHold, PinnedDatabase } from "./pinned-database.ts";
import { plainEntry } from "./plain-entry.ts";
import type { Walked } from "./walk.ts";
import { whyOf } from "./why.ts";

const magic = "SQLite format 3\0";

/** Entries of the part `rest`; reports of the databases among them are put into `reports`. */
export async function* captureRest(
  context: CaptureContext,
  tracker: OutcomeTracker,
  reports: DatabaseReport[],
): AsyncGenerator<SourceEntry> {
  const captured = new Set<BytePath>();
  for await (const walked of context.walk("" as BytePath, isOfAnotherPart)) {
    await tellIfOutside(context, walked);
    const base = sideFileOf(walked.path);
    // Names sort a database before its side files.
    if (base !== undefined && captured.has(base)) continue;
    const looksLikeOne = await isDatabase(walked);
    // What was given out before must not prolong the hold.
    if (looksLikeOne) await tracker.settled();
    const database = looksLikeOne ? await pinOther(context, walked) : undefined;
    if (database === undefined) {
      yield { ...plainEntry(walked), done: tracker.track(walked.path) };
      continue;
    }
    await using held = database;
    captured.add(walked.path);
    yield { ...held.entry(tracker), held: true };
    await tracker.settled();
    reports.push(await held.finish());
  }
}

function isOfAnotherPart(path: BytePath): boolean {
  if (path === mainDatabase || isSideFile(path, mainDatabase)) return true;
  return [uploadFolder, vectorFolder].some((folder) => path === folder || path.startsWith(`${folder}/`));
}

async function isDatabase({ path, absolute, meta }: Walked): Promise<boolean> {
  if (meta.kind !== "file" || !changesInPlace(path)) return false;
  const head = await headOf(absolute, magic.length).catch(() => undefined);
  return head?.toString("latin1") === magic;
}

/** Undefined, and a finding, where it can't be captured exactly: then it is taken as it lies there, side files and all. */
async function pinOther(context: CaptureContext, { path }: Walked): Promise<PinnedDatabase | undefined> {
  await beforeHold(context, path);
  try {
    return await PinnedDatabase.pin(context, path);
  } catch (error) {
    context.signal?.throwIfAborted();
    context.findings.add(finding("OTHER_DATABASE_INEXACT", { path: displayPath(path), reason: whyOf(error) }));
    return undefined;
  }
}
