/** A listing of restic's REST protocol: in version 2 names with sizes, in version 1 names alone. */
import { isId } from "../../base/ids.ts";

export interface ListedFile {
  readonly name: string;
  readonly sizeBytes: number | undefined;
}

/** Undefined for what is no listing. Names that are no ids are left out. */
export function parseListing(bytes: Uint8Array): readonly ListedFile[] | undefined {
  const found = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"));
  if (found === null) return [];
  if (!Array.isArray(found)) return undefined;
  const files = found.map(listedFile);
  return files.includes(undefined)
    ? undefined
    : (files.filter((file) => file !== undefined && isId(file.name)) as ListedFile[]);
}

function listedFile(entry: unknown): ListedFile | undefined {
  if (typeof entry === "string") return { name: entry, sizeBytes: undefined };
  if (typeof entry !== "object" || entry === null || !("name" in entry) || typeof entry.name !== "string")
    return undefined;
  const size = "size" in entry ? entry.size : undefined;
  return { name: entry.name, sizeBytes: Number.isSafeInteger(size) && Number(size) >= 0 ? Number(size) : undefined };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
