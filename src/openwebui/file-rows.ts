/**
 * Rows of `file` against the uploads that are there. Paths in rows are absolute and belong to the app's own view of its
 * disk (/app/backend/data/uploads/... in a container). Source: open_webui/storage/provider.py, models/files.py.
 */
import { type BytePath, baseName, bytePath } from "../base/byte-path.ts";
import { type Query, tableNames, textIn } from "./query.ts";

/** Where a row says its file is. */
export type FilePlace =
  /** Below the uploads folder: its path relative to the data directory. */
  | { readonly kind: "upload"; readonly path: BytePath }
  /** In an object store: s3, gs or https. */
  | { readonly kind: "remote"; readonly scheme: string }
  /** Nowhere: the row has no path (a note, a web page), or one outside of the data directory. */
  | { readonly kind: "none" };

export function placeOf(path: string | undefined): FilePlace {
  if (path === undefined || path === "") return { kind: "none" };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(path)?.[1];
  if (scheme !== undefined) return { kind: "remote", scheme: scheme.toLowerCase() };
  const at = path.lastIndexOf("/uploads/");
  return at === -1 ? { kind: "none" } : { kind: "upload", path: bytePath(path.slice(at + 1)) };
}

export interface FileRow {
  readonly id: string;
  readonly filename: string;
  readonly place: FilePlace;
  /** Milliseconds since 1970; the app keeps whole seconds. Undefined where the schema does not say. */
  readonly createdMs?: number;
}

/** Empty where this schema has no `file.path` (before revision c29facfe716b the name alone was kept). */
export async function readFileRows(query: Query): Promise<readonly FileRow[]> {
  if (!(await tableNames(query)).has("file")) return [];
  const columns = (await query("SELECT name FROM pragma_table_info('file')")).map((row) => textIn(row, "name"));
  if (!columns.includes("path")) return [];
  const created = columns.includes("created_at") ? "created_at" : "NULL";
  return (await query(`SELECT id, filename, path, ${created} AS created FROM "file"`)).map((row) => ({
    id: textIn(row, "id") ?? "",
    filename: textIn(row, "filename") ?? "",
    place: placeOf(textIn(row, "path")),
    ...(typeof row["created"] === "number" ? { createdMs: row["created"] * 1000 } : {}),
  }));
}

export interface UploadComparison {
  /** A row, and no file. */
  readonly missing: readonly FileRow[];
  /** A file, and no row: left behind by a failed upload or an old deletion. */
  readonly orphans: readonly BytePath[];
  /** Rows whose file lies in an object store, by scheme. */
  readonly remote: ReadonlyMap<string, number>;
}

/** `uploads`: paths of files below the uploads folder, relative to the data directory. */
export function compareUploads(rows: readonly FileRow[], uploads: ReadonlySet<BytePath>): UploadComparison {
  const remote = new Map<string, number>();
  const missing: FileRow[] = [];
  const named = new Set<BytePath>();
  for (const row of rows) {
    const { place } = row;
    if (place.kind === "remote") remote.set(place.scheme, (remote.get(place.scheme) ?? 0) + 1);
    if (place.kind !== "upload") continue;
    named.add(place.path);
    if (!uploads.has(place.path)) missing.push(row);
  }
  // With an object store the app keeps local copies of what was opened; their rows name the remote object.
  const orphans = remote.size > 0 ? [] : [...uploads].filter((path) => !named.has(path) && !isMarker(path));
  return { missing, orphans, remote };
}

/** Files that keep an empty folder in a repository of source code. */
function isMarker(path: BytePath): boolean {
  const name: string = baseName(path);
  return name === ".gitkeep" || name === ".gitignore" || name === "readme.txt";
}
