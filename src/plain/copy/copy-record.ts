/** What a copy is, in a small file of its own that is written last: a copy that has none is not whole. */
import { createHash } from "node:crypto";
import { type BytePath, joinPath } from "../../base/byte-path.ts";
import { isObhutError } from "../../base/errors.ts";
import { parseId, type SnapshotId } from "../../base/ids.ts";
import { type TimeText, timeText } from "../../repository/format/time-text.ts";
import { bytesContent, type PlainPlace, readSmall } from "../place/place.ts";
import { type CopyKind, copyKinds, recordName } from "./copy-names.ts";

export const copyFormat = 1;

export interface CopyRecord {
  readonly format: number;
  readonly kind: CopyKind;
  readonly id: SnapshotId;
  /** Greater than that of every copy before it in this place: no clock decides which is the newest. */
  readonly sequence: number;
  /** When the capture began. */
  readonly time: TimeText;
  readonly instance: string;
  readonly tags: readonly string[];
  readonly program: string;
  /** Nothing was missing or torn when it was captured. */
  readonly complete: boolean;
  /** Parts that were asked for. */
  readonly parts: readonly string[];
  readonly files: number;
  readonly bytes: number;
  /** As a person writes it: `data`, `tutorial` ... */
  readonly layout: string;
  /** Name and sum of the list of files, beside the record. */
  readonly list: { readonly name: string; readonly sha256: string };
  /** Patterns of what was left out of this copy alone. */
  readonly excludes?: readonly string[];
  /** Of a mirror: the folder that keeps what this run replaces and deletes, where that was asked for. */
  readonly trash?: string;
}

export async function writeRecord(place: PlainPlace, folder: BytePath, record: CopyRecord): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`);
  await place.write(inFolder(folder, recordName), bytesContent(bytes), { durable: "now" });
}

/** Undefined where there is none, or none that this program understands: then the folder is no whole copy. */
export async function readRecord(
  place: PlainPlace,
  folder: BytePath,
  signal?: AbortSignal,
): Promise<CopyRecord | undefined> {
  try {
    const path = inFolder(folder, recordName);
    return parseRecord(JSON.parse((await readSmall(place, path, signal)).toString("utf8")));
  } catch (error) {
    if (error instanceof SyntaxError || isObhutError(error, "STORAGE_FILE_MISSING")) return undefined;
    throw error;
  }
}

function parseRecord(value: unknown): CopyRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const record = value as Partial<Record<keyof CopyRecord, unknown>>;
  const { format, kind, sequence, files, bytes, list, instance, tags, parts, program, complete, layout, trash } =
    record;
  const id = typeof record.id === "string" ? parseId<SnapshotId>(record.id) : undefined;
  const time = typeof record.time === "string" ? timeText(record.time) : undefined;
  const known = format === copyFormat && copyKinds.includes(kind as CopyKind) && id !== undefined && time !== undefined;
  if (!known || ![sequence, files, bytes].every((count) => Number.isSafeInteger(count))) return undefined;
  const { name, sha256 } = (list ?? {}) as { readonly name?: unknown; readonly sha256?: unknown };
  const named = typeof name === "string" && !name.includes("/") && typeof sha256 === "string";
  if (!named || typeof instance !== "string") return undefined;
  return {
    format: copyFormat,
    kind: kind as CopyKind,
    id,
    time,
    sequence: Number(sequence),
    instance,
    tags: texts(tags),
    program: typeof program === "string" ? program : "",
    complete: complete === true,
    parts: texts(parts),
    files: Number(files),
    bytes: Number(bytes),
    layout: typeof layout === "string" ? layout : "",
    list: { name, sha256 },
    ...(Array.isArray(record.excludes) ? { excludes: texts(record.excludes) } : {}),
    ...(typeof trash === "string" && !trash.split("/").includes("..") ? { trash } : {}),
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

export function inFolder(folder: BytePath, name: BytePath): BytePath {
  return folder === "" ? name : joinPath(folder, name);
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
