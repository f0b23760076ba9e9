/**
 * Open WebUI's data directory as entries of one moment. The order is what makes it one: uploads, then Chroma and webui.db
 * together, then the uploads that came meanwhile (the app writes a file before its row, and deletes the row before the
 * file), then everything else, at last the manifest. Nothing is written to the source.
 */
import { type BytePath, bytePath, displayPath } from "../base/byte-path.ts";
import { isObhutError, ObhutError, reasonOf } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { limits } from "../base/limits.ts";
import { Scratch } from "../host/scratch.ts";
import { parts as allParts, leftOutReason, mainDatabase } from "../openwebui/parts.ts";
import type { SourceEntry } from "../repository/source-entry.ts";
import { type CaptureContext, captureContext } from "./capture-context.ts";
import type { Capture, CaptureOptions } from "./capture-options.ts";
import { CaptureRun } from "./capture-run.ts";
import { excludedBy } from "./excludes.ts";
import { FindingsLog } from "./findings-log.ts";
import { type Manifest, statesOf } from "./manifest.ts";
import { readSourceFolder } from "./source-folder.ts";

/** Nothing happens before the first entry is asked for; see `Capture`. */
export function captureInstance(options: CaptureOptions): Capture {
  const { promise, resolve, reject } = Promise.withResolvers<Manifest>();
  // Whoever reads the entries gets the error there.
  promise.catch(() => undefined);
  return { entries: run(options, resolve, reject), manifest: promise };
}

async function* run(
  options: CaptureOptions,
  resolve: (manifest: Manifest) => void,
  reject: (error: unknown) => void,
): AsyncGenerator<SourceEntry> {
  try {
    await using scratch = await Scratch.open({ parent: options.scratchParent, clock: options.clock });
    const capture = new CaptureRun(options, await prepare(options, scratch));
    yield* capture.entries();
    resolve(capture.manifest());
  } catch (error) {
    const told = options.cold === true ? asChangedSource(error) : error;
    reject(told);
    throw told;
  } finally {
    reject(new ObhutError("INTERRUPTED", {}));
  }
}

/** Of a database as of any other file: a second try would do no better, because what wrote there still runs. */
function asChangedSource(error: unknown): unknown {
  if (!isObhutError(error, "DATABASE_CHANGED")) return error;
  return new ObhutError("SOURCE_CHANGED", { path: String(error.params.file) }, { cause: error });
}

async function prepare(options: CaptureOptions, scratch: Scratch): Promise<CaptureContext> {
  const { clock, signal, force, cold, parent, patience, holds } = options;
  const { root, owners, attributes } = await (options.folder ?? readSourceFolder(options.dataDir, signal));
  const findings = new FindingsLog(options.onFinding);
  const excluded = excludedBy(options.excludes ?? []);
  const parts = new Set(options.parts ?? allParts);
  if (excluded(mainDatabase)) parts.delete("database");
  return captureContext({
    root,
    clock,
    scratch,
    findings,
    parts,
    meta: { owners, attributes },
    wanted: (path) => !excluded(path) && isKept(path, options.includeAudit === true),
    onUnreadable: (path, error) =>
      findings.add(finding("FILE_UNREADABLE", { path: displayPath(path), reason: reasonOf(error) })),
    segmentTries: patience?.segmentTries ?? limits.segmentTries,
    database: {
      scratchDir: bytePath(scratch.folder),
      clock,
      ...(signal === undefined ? {} : { signal }),
      ...(force === undefined ? {} : { force }),
      ...(cold === true ? { mode: "cold" } : {}),
      ...(patience === undefined ? {} : { waitMs: patience.databaseWaitMs }),
    },
    ...(signal === undefined ? {} : { signal }),
    ...(holds === undefined ? {} : { holds }),
    ...(parent === undefined ? {} : { parent: parentStates(parent) }),
  });
}

function isKept(path: BytePath, includeAudit: boolean): boolean {
  const reason = leftOutReason(path);
  return reason === undefined || (reason === "audit" && includeAudit);
}

function parentStates(parent: Manifest) {
  const vectorsWhole = parent.vectors !== undefined && parent.vectors.segments.torn === 0;
  return { timeMs: Date.parse(parent.time), states: statesOf(parent), vectorsWhole };
}
