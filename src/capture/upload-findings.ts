/** What rows of `file` and captured uploads tell of each other. */
import { createHash } from "node:crypto";
import { type BytePath, displayPath } from "../base/byte-path.ts";
import { type Finding, type FindingCode, finding } from "../base/finding-codes.ts";
import { compareUploads, type FileRow } from "../openwebui/file-rows.ts";
import type { Manifest } from "./manifest.ts";

export interface CapturedUploads {
  /** When each file was last written, by its path below the data directory. */
  readonly writtenNs: ReadonlyMap<BytePath, bigint>;
  /** Paths whose bytes could not be had. */
  readonly lost: ReadonlySet<string>;
  /** When webui.db was pinned. */
  readonly momentMs: number;
}

/** The app writes a file before its row: one this young may simply not have its row yet. */
const youngMs = 60_000;

export function uploadFindings(rows: readonly FileRow[], uploads: CapturedUploads): readonly Finding[] {
  const { writtenNs, lost, momentMs } = uploads;
  const { missing, orphans, remote } = compareUploads(rows, new Set(writtenNs.keys()));
  const findings: Finding[] = [];
  for (const [scheme, count] of remote) findings.push(finding("UPLOADS_REMOTE", { count, scheme }));
  const [row] = missing;
  if (row !== undefined) findings.push(finding("UPLOADS_MISSING", { count: missing.length, example: row.filename }));
  const beforeNs = BigInt(Math.trunc(momentMs - youngMs)) * 1_000_000n;
  const old = orphans.filter((path) => (writtenNs.get(path) ?? 0n) < beforeNs);
  const [orphan] = old;
  if (orphan !== undefined) {
    findings.push(finding("UPLOADS_ORPHANED", { count: old.length, example: displayPath(orphan) }));
  }
  for (const { place } of rows) {
    if (place.kind !== "upload" || !lost.has(place.path)) continue;
    findings.push(finding("UPLOAD_LOST", { path: displayPath(place.path) }));
  }
  return findings;
}

/** Of a comparison between the same rows and the same files: told again, since they are still so. */
export function sameFindings(parent: Manifest): readonly Finding[] {
  const kept: readonly FindingCode[] = ["UPLOADS_REMOTE", "UPLOADS_MISSING", "UPLOADS_ORPHANED"];
  return parent.findings.filter(({ code }) => kept.includes(code));
}

/** Names a set of uploads, so that the next capture sees that it is still the same. */
export function uploadsDigest(paths: Iterable<BytePath>): string {
  return createHash("sha256")
    .update([...paths].sort().join("\n"), "latin1")
    .digest("hex")
    .slice(0, 32);
}
