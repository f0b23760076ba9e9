/** One file, folder or link of a copy, as the copy's list of files has it: one JSON object in each line. */
import type { BytePath } from "../../base/byte-path.ts";
import type { EntryKind, EntryMeta, SourceEntry } from "../../repository/source-entry.ts";
import { type JsonPath, jsonPath, pathOfJson } from "./json-path.ts";

export interface CopiedEntry {
  readonly kind: EntryKind;
  /** As the capture names it: a virtual absolute path. */
  readonly path: BytePath;
  /** Below the copy's folder, or inside of `archive`. Undefined for what is in the list only, such as a link. */
  readonly place?: BytePath;
  /** The archive beside it that the file is packed in. */
  readonly archive?: string;
  readonly sizeBytes: number;
  /** Of a file: 64 hex digits. */
  readonly sha256: string;
  readonly mode: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly inode: bigint;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  readonly linkTarget?: BytePath;
  readonly rdev?: bigint;
  /** See SourceEntry. */
  readonly state?: string;
}

/** What is known of an entry before its bytes are. */
export function copiedEntry(
  { path, state }: Pick<SourceEntry, "path" | "state">,
  meta: EntryMeta,
  more: Partial<Pick<CopiedEntry, "place" | "archive" | "sha256">>,
): CopiedEntry {
  const { kind, mode, mtimeNs, ctimeNs, inode, uid, gid, user, group, sizeBytes, linkTarget, rdev } = meta;
  return {
    kind,
    path,
    sizeBytes,
    sha256: "",
    ...more,
    mode,
    mtimeNs,
    ctimeNs,
    inode,
    uid,
    gid,
    user,
    group,
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(rdev === undefined ? {} : { rdev }),
    ...(state === undefined ? {} : { state }),
  };
}

export function entryLine(entry: CopiedEntry): string {
  const { kind, place, archive, sizeBytes: size, sha256, linkTarget, rdev, state } = entry;
  const fields: Record<string, string | number | JsonPath | undefined> = {
    kind,
    path: jsonPath(entry.path),
    place: place === undefined ? undefined : jsonPath(place),
    archive,
    ...(kind === "file" ? { size, sha256 } : {}),
    mode: entry.mode.toString(8),
    mtime: String(entry.mtimeNs),
    ctime: String(entry.ctimeNs),
    inode: String(entry.inode),
    uid: entry.uid,
    gid: entry.gid,
    user: entry.user || undefined,
    group: entry.group || undefined,
    target: linkTarget === undefined ? undefined : jsonPath(linkTarget),
    device: rdev === undefined ? undefined : String(rdev),
    state,
  };
  return JSON.stringify(fields);
}

const kinds: readonly string[] = ["file", "dir", "symlink", "dev", "chardev", "fifo", "socket"] satisfies EntryKind[];

/** Undefined for a line that is none, and for one whose paths would lead out of the folders they are below. */
export function parseEntryLine(line: string): CopiedEntry | undefined {
  const fields = parseObject(line);
  const { kind, archive, sha256 = "", size = 0, uid, gid, user = "", group = "", state } = fields ?? {};
  const path = pathOfJson(fields?.["path"]);
  const place = pathOfJson(fields?.["place"]);
  const [mtimeNs, ctimeNs, inode] = ["mtime", "ctime", "inode"].map((name) => bigOf(fields?.[name]));
  const known = typeof kind === "string" && kinds.includes(kind) && path?.startsWith("/") === true;
  if (!known || mtimeNs === undefined || ctimeNs === undefined || inode === undefined) return undefined;
  if (fields?.["place"] !== undefined && (place === undefined || place.startsWith("/"))) return undefined;
  if (archive !== undefined && (typeof archive !== "string" || archive.includes("/"))) return undefined;
  if (!Number.isSafeInteger(size) || typeof sha256 !== "string") return undefined;
  const linkTarget = fields?.["target"] === undefined ? undefined : targetOf(fields["target"]);
  const rdev = bigOf(fields?.["device"]);
  return {
    kind: kind as EntryKind,
    path: path as BytePath,
    ...(place === undefined ? {} : { place }),
    ...(typeof archive === "string" ? { archive } : {}),
    sizeBytes: Number(size),
    sha256,
    mode: Number.parseInt(String(fields?.["mode"]), 8) & 0o7777,
    mtimeNs,
    ctimeNs,
    inode,
    uid: Number(uid) || 0,
    gid: Number(gid) || 0,
    user: String(user),
    group: String(group),
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(rdev === undefined ? {} : { rdev }),
    ...(typeof state === "string" ? { state } : {}),
  };
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function bigOf(value: unknown): bigint | undefined {
  return typeof value === "string" && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

/** What a link leads to may be anything. */
function targetOf(value: unknown): BytePath | undefined {
  if (typeof value === "string") return Buffer.from(value, "utf8").toString("latin1") as BytePath;
  const { base64 } = (value ?? {}) as { readonly base64?: unknown };
  return typeof base64 === "string" ? (Buffer.from(base64, "base64").toString("latin1") as BytePath) : undefined;
}
