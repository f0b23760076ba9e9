/**
 * Walks a folder in the order of its names' bytes. Crosses into mounted file systems; follows no link, save where it begins:
 * people move `uploads` to a larger disk and leave a link.
 */
import { readdir } from "node:fs/promises";
import { type BytePath, bytePathOf, bytesOf, joinPath } from "../base/byte-path.ts";
import { systemCode } from "../base/errors.ts";
import type { EntryMeta } from "../repository/source-entry.ts";
import { type LinkHandling, type MetaContext, readEntryMeta } from "./entry-meta.ts";

export interface Walked {
  /** Relative to the folder that the walk began at. */
  readonly path: BytePath;
  readonly absolute: BytePath;
  readonly meta: EntryMeta;
}

export interface WalkOptions {
  readonly root: BytePath;
  /** Where to begin, relative to `root`; the entry itself comes first. Empty for the root's entries without the root. */
  readonly from: BytePath;
  readonly context: MetaContext;
  /** A path for which this is false is left out with all that is below it. */
  readonly wanted: (path: BytePath) => boolean;
  /** Told for what could not be listed or looked at. What is gone by then (ENOENT) is not told. */
  readonly onUnreadable: (path: BytePath, error: unknown) => void;
  readonly signal?: AbortSignal;
}

/** Files looked at at once in one folder. */
const lookedAtTogether = 32;

export async function* walk(options: WalkOptions): AsyncGenerator<Walked> {
  options.signal?.throwIfAborted();
  if (options.from !== "") {
    const entry = await lookAt(options, options.from, "follow");
    if (entry === undefined) return;
    yield entry;
    if (entry.meta.kind !== "dir") return;
  }
  yield* walkFolder(options, options.from);
}

async function* walkFolder(options: WalkOptions, folder: BytePath): AsyncGenerator<Walked> {
  const names = await list(options, folder);
  for (let first = 0; first < names.length; first += lookedAtTogether) {
    options.signal?.throwIfAborted();
    const paths = names
      .slice(first, first + lookedAtTogether)
      .map((name) => (folder === "" ? name : joinPath(folder, name)));
    const entries = await Promise.all(paths.filter(options.wanted).map((path) => lookAt(options, path, "link-itself")));
    for (const entry of entries) {
      if (entry === undefined) continue;
      yield entry;
      if (entry.meta.kind === "dir") yield* walkFolder(options, entry.path);
    }
  }
}

async function list(options: WalkOptions, folder: BytePath): Promise<readonly BytePath[]> {
  try {
    const names = await readdir(bytesOf(absoluteOf(options.root, folder)), { encoding: "buffer" });
    return names.map(bytePathOf).sort((a, b) => (a < b ? -1 : 1));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") options.onUnreadable(folder, error);
    return [];
  }
}

async function lookAt(options: WalkOptions, path: BytePath, links: LinkHandling): Promise<Walked | undefined> {
  const absolute = absoluteOf(options.root, path);
  try {
    return { path, absolute, meta: await readEntryMeta(absolute, options.context, links) };
  } catch (error) {
    if (systemCode(error) !== "ENOENT") options.onUnreadable(path, error);
    return undefined;
  }
}

function absoluteOf(root: BytePath, path: BytePath): BytePath {
  return path === "" ? root : joinPath(root, path);
}
