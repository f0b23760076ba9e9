/**
 * The cheap look: where chroma.sqlite3 and every segment are as in the parent snapshot, and were left alone well before it,
 * Chroma need not be held at all.
 */
import type { BytePath } from "../base/byte-path.ts";
import { cheapState } from "../host/sqlite/state-token.ts";
import { isSideFile, vectorDatabase } from "../openwebui/parts.ts";
import type { SourceEntry } from "../repository/source-entry.ts";
import type { CaptureContext } from "./capture-context.ts";
import { readEntryMeta } from "./entry-meta.ts";
import { dataPath } from "./layout.ts";
import { plainEntry } from "./plain-entry.ts";
import { segmentToken, untouchedBefore } from "./segment-token.ts";
import type { Walked } from "./walk.ts";

/** Entries whose bytes are the parent's; undefined where anything may differ. */
export async function unchangedVectors(context: CaptureContext): Promise<readonly SourceEntry[] | undefined> {
  const { parent } = context;
  const database = dataPath(vectorDatabase);
  const before = parent?.states.get(database);
  if (parent === undefined || before === undefined) return undefined;
  if (!parent.vectorsWhole) return undefined;
  const listing = (await context.list()).filter(({ path }) => !isSideFile(path, vectorDatabase));
  if ((await cheapState(context.absolute(vectorDatabase), context.clock)) !== before) return undefined;
  if (
    !untouchedBefore(
      parent.timeMs,
      listing.filter(({ meta }) => meta.kind === "file"),
    )
  )
    return undefined;
  const meta = await readEntryMeta(context.absolute(vectorDatabase), context.meta, "follow");
  const own: SourceEntry = {
    path: database,
    meta,
    content: { kind: "file", path: context.absolute(vectorDatabase) },
    changes: "in-place",
    state: before,
    pinned: false,
  };
  const folders = byFolder(listing);
  const entries: SourceEntry[] = [own];
  for (const [folder, files] of folders) {
    const token = knownToken(parent.states, files);
    for (const file of files) {
      if (file.path === vectorDatabase) continue;
      const entry = plainEntry(file);
      entries.push(token === undefined || folder === "" ? entry : { ...entry, state: token });
    }
  }
  return entries;
}

/** Files by their folder; what is no file stands under "". */
function byFolder(listing: readonly Walked[]): ReadonlyMap<string, readonly Walked[]> {
  const folders = new Map<string, Walked[]>();
  for (const entry of listing) {
    const folder = entry.meta.kind === "file" ? entry.path.slice(0, entry.path.lastIndexOf("/")) : "";
    const files = folders.get(folder);
    if (files === undefined) folders.set(folder, [entry]);
    else files.push(entry);
  }
  return folders;
}

function knownToken(states: ReadonlyMap<BytePath, string>, files: readonly Walked[]): string | undefined {
  const first = files[0];
  const before = first === undefined ? undefined : states.get(dataPath(first.path));
  return (["whole", "unwritten"] as const).map((kind) => segmentToken(kind, files)).find((token) => token === before);
}
