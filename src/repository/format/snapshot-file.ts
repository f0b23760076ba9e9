/** A snapshot. Source: restic's doc/design.rst, "Snapshots"; internal/data/snapshot.go, whose field order this keeps. */

import { type BlobId, parseId, type SnapshotId } from "../../base/ids.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { damaged } from "./damaged.ts";
import { exactly, type JsonObject, parseObject } from "./json-value.ts";
import { type TimeText, timeText } from "./time-text.ts";

export interface SnapshotSummary {
  readonly backup_start: TimeText;
  readonly backup_end: TimeText;
  readonly files_new: number;
  readonly files_changed: number;
  readonly files_unmodified: number;
  readonly dirs_new: number;
  readonly dirs_changed: number;
  readonly dirs_unmodified: number;
  readonly data_blobs: number;
  readonly tree_blobs: number;
  /** Bytes that were new, before compression. */
  readonly data_added: number;
  /** What they take in the repository. */
  readonly data_added_packed: number;
  readonly total_files_processed: number;
  readonly total_bytes_processed: number;
}

export interface Snapshot {
  readonly time: TimeText;
  readonly parent?: SnapshotId;
  readonly tree: BlobId;
  readonly paths: readonly string[];
  readonly hostname: string;
  readonly username: string;
  readonly uid: number;
  readonly gid: number;
  readonly excludes: readonly string[];
  readonly tags: readonly string[];
  /** The first snapshot in a chain of rewrites. */
  readonly original?: SnapshotId;
  readonly programVersion: string;
  readonly summary?: SnapshotSummary;
  /** Fields unknown here, written back as they were. */
  readonly other?: JsonObject;
}

const knownFields = new Set(
  "time parent tree paths hostname username uid gid excludes tags original program_version summary".split(" "),
);

const summaryFields = new Set(
  (
    "backup_start backup_end files_new files_changed files_unmodified dirs_new dirs_changed dirs_unmodified " +
    "data_blobs tree_blobs data_added data_added_packed total_files_processed total_bytes_processed"
  ).split(" "),
);

export function encodeSnapshot(snapshot: Snapshot): Buffer {
  const { time, tree, paths, hostname, username, uid, gid, excludes, tags, programVersion } = snapshot;
  const json = {
    time,
    ...(snapshot.parent === undefined ? {} : { parent: snapshot.parent }),
    tree,
    paths,
    ...(hostname === "" ? {} : { hostname }),
    ...(username === "" ? {} : { username }),
    ...(uid === 0 ? {} : { uid }),
    ...(gid === 0 ? {} : { gid }),
    ...(excludes.length === 0 ? {} : { excludes }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(snapshot.original === undefined ? {} : { original: snapshot.original }),
    ...(programVersion === "" ? {} : { program_version: programVersion }),
    ...(snapshot.summary === undefined ? {} : { summary: snapshot.summary }),
    ...snapshot.other,
  };
  return Buffer.from(`${JSON.stringify(json)}\n`);
}

/** OBJECT_DAMAGED where the time or the tree is missing; anything else may be absent. */
export function decodeSnapshot(bytes: Uint8Array, what: AnyReason): Snapshot {
  const json = parseObject(bytes, what);
  const time = timeText(textOf(json["time"]));
  const tree = parseId<BlobId>(textOf(json["tree"]));
  if (time === undefined || tree === undefined) {
    throw damaged(what, reason("fieldMissing", { field: time === undefined ? "time" : "tree" }));
  }
  const parent = parseId<SnapshotId>(textOf(json["parent"]));
  const original = parseId<SnapshotId>(textOf(json["original"]));
  const { summary, other } = unknownKept(json, bytes);
  return {
    time,
    ...(parent === undefined ? {} : { parent }),
    tree,
    paths: textsOf(json["paths"]),
    hostname: textOf(json["hostname"]),
    username: textOf(json["username"]),
    uid: numberOf(json["uid"]),
    gid: numberOf(json["gid"]),
    excludes: textsOf(json["excludes"]),
    tags: textsOf(json["tags"]),
    ...(original === undefined ? {} : { original }),
    programVersion: textOf(json["program_version"]),
    ...(summary === undefined ? {} : { summary }),
    ...(Object.keys(other).length === 0 ? {} : { other }),
  };
}

/** The summary and what else there is, in which unknown fields keep every digit; nearly always there are none. */
function unknownKept(
  json: JsonObject,
  bytes: Uint8Array,
): { readonly summary: SnapshotSummary | undefined; readonly other: JsonObject } {
  const known = objectOf(json["summary"]);
  const others = Object.keys(json).filter((name) => !knownFields.has(name));
  const inSummary = Object.keys(known ?? {}).filter((name) => !summaryFields.has(name));
  const exact = others.length + inSummary.length === 0 ? {} : exactly(bytes);
  const exactSummary = objectOf(exact["summary"]) ?? {};
  const kept = known && { ...known, ...Object.fromEntries(inSummary.map((name) => [name, exactSummary[name]])) };
  return {
    summary: kept as SnapshotSummary | undefined,
    other: Object.fromEntries(others.map((name) => [name, exact[name]])),
  };
}

function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null ? (value as JsonObject) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
