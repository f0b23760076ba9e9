/** The list of a copy's files: written beside them, read to link to them, to restore and to check them. */
import { type BytePath, bytePath, displayPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { bytesContent, type PlainPlace, readSmall } from "../place/place.ts";
import { type CopiedEntry, entryLine, parseEntryLine } from "./copied-entry.ts";
import { sumsName } from "./copy-names.ts";
import { type CopyRecord, inFolder, sha256Of } from "./copy-record.ts";
import { jsonPath, pathOfJson } from "./json-path.ts";

/** A file that packs others. */
export interface CopiedArchive {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface FileList {
  /** In the order of their paths. */
  readonly entries: readonly CopiedEntry[];
  readonly archives: readonly CopiedArchive[];
  /** Of a mirror: places of files that it no longer has, which a crash may have left there. */
  readonly gone?: readonly BytePath[];
}

/** Writes it as `name`, and SHA256SUMS beside it, or into another folder. Resolves with the list's sum. */
export async function writeFileList(
  place: PlainPlace,
  folder: BytePath,
  name: BytePath,
  { entries, archives, gone = [] }: FileList,
  sumsFolder: BytePath = folder,
): Promise<string> {
  const lines = [...archives.map(archiveLine), ...gone.map(goneLine), ...entries.toSorted(byPath).map(entryLine)];
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  await place.write(inFolder(folder, name), bytesContent(bytes), { durable: "now" });
  const sums = Buffer.from(sumLines({ entries, archives }), "latin1");
  await place.write(inFolder(sumsFolder, sumsName), bytesContent(sums), { durable: "now" });
  return sha256Of(bytes);
}

/** COPY_DAMAGED where it is not the list that the record names. */
export async function readFileList(
  place: PlainPlace,
  folder: BytePath,
  { list }: CopyRecord,
  signal?: AbortSignal,
): Promise<FileList> {
  const path = inFolder(folder, bytePath(list.name));
  const bytes = await readSmall(place, path, signal);
  const damaged = (): ObhutError =>
    new ObhutError("COPY_DAMAGED", { location: place.location, file: displayPath(path) });
  if (sha256Of(bytes) !== list.sha256) throw damaged();
  const entries: CopiedEntry[] = [];
  const archives: CopiedArchive[] = [];
  const gone: BytePath[] = [];
  for (const line of bytes.toString("utf8").split("\n")) {
    if (line === "") continue;
    const archive = parseArchiveLine(line);
    const lost = archive === undefined ? parseGoneLine(line) : undefined;
    const entry = archive !== undefined || lost !== undefined ? undefined : parseEntryLine(line);
    if (archive !== undefined) archives.push(archive);
    else if (lost !== undefined) gone.push(lost);
    else if (entry !== undefined) entries.push(entry);
    else throw damaged();
  }
  return { entries, archives, gone };
}

function archiveLine({ name, sizeBytes, sha256 }: CopiedArchive): string {
  return JSON.stringify({ kind: "archive", name, size: sizeBytes, sha256 });
}

function parseArchiveLine(line: string): CopiedArchive | undefined {
  if (!line.startsWith('{"kind":"archive"')) return undefined;
  const { name, size, sha256 } = JSON.parse(line) as Record<string, unknown>;
  const valid =
    typeof name === "string" && !name.includes("/") && Number.isSafeInteger(size) && typeof sha256 === "string";
  return valid ? { name, sizeBytes: Number(size), sha256 } : undefined;
}

function goneLine(place: BytePath): string {
  return JSON.stringify({ kind: "gone", place: jsonPath(place) });
}

function parseGoneLine(line: string): BytePath | undefined {
  return line.startsWith('{"kind":"gone"')
    ? pathOfJson((JSON.parse(line) as { readonly place?: unknown }).place)
    : undefined;
}

/** As coreutils' sha256sum writes them: a name with a newline or a backslash is escaped, and its line begins with a backslash. */
function sumLines({ entries, archives }: FileList): string {
  const files = entries.flatMap(({ kind, place, archive, sha256 }) =>
    kind === "file" && place !== undefined && archive === undefined ? [{ name: place as string, sha256 }] : [],
  );
  const all = [...files, ...archives].sort((a, b) => (a.name < b.name ? -1 : 1));
  return all
    .map(({ name, sha256 }) => {
      const escaped = name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
      return `${escaped === name ? "" : "\\"}${sha256}  ${escaped}\n`;
    })
    .join("");
}

function byPath(a: CopiedEntry, b: CopiedEntry): number {
  return a.path < b.path ? -1 : 1;
}
