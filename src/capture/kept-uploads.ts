/**
 * Uploads that came since the first look, held open from the moment on at which webui.db was pinned: the app may delete one
 * before it is read, row and file, and the pinned database would name a file that nobody has.
 */
import type { FileHandle } from "node:fs/promises";
import { readdir } from "node:fs/promises";
import { type BytePath, bytePath, bytePathOf, bytesOf, joinPath } from "../base/byte-path.ts";
import { limits } from "../base/limits.ts";
import { openSource } from "../host/sqlite/database-files.ts";
import { uploadFolder } from "../openwebui/parts.ts";
import type { SourceEntry } from "../repository/source-entry.ts";
import type { CaptureContext } from "./capture-context.ts";
import { readEntryMeta } from "./entry-meta.ts";
import { plainEntry } from "./plain-entry.ts";
import type { Walked } from "./walk.ts";

interface Kept {
  readonly walked: Walked;
  readonly file: FileHandle;
}

export class KeptUploads implements AsyncDisposable {
  private readonly kept = new Map<BytePath, Kept>();

  has(path: BytePath): boolean {
    return this.kept.has(path);
  }

  paths(): Iterable<BytePath> {
    return this.kept.keys();
  }

  /** Opens the files that lie in the uploads folder itself, as the app puts them, and are not among `given`. */
  async keepNew(context: CaptureContext, given: ReadonlySet<BytePath>): Promise<void> {
    const folder = context.absolute(uploadFolder);
    const names = await readdir(bytesOf(folder), { encoding: "buffer" }).catch(() => []);
    for (const name of names) {
      if (this.kept.size >= limits.keptUploads) return;
      const path = joinPath(uploadFolder, bytePathOf(name));
      if (given.has(path) || this.kept.has(path) || !context.wanted(path)) continue;
      // What is gone already, or may not be read, is told where all uploads are looked at.
      const kept = await open(context, path).catch(() => undefined);
      if (kept !== undefined) this.kept.set(path, kept);
    }
  }

  /** Their bytes come from the open file, whether it still has a name or not. */
  entries(): (Walked & { readonly entry: SourceEntry })[] {
    return [...this.kept.values()].map(({ walked, file }) => ({
      ...walked,
      entry: { ...plainEntry(walked), content: { kind: "file", path: bytePath(`/proc/self/fd/${file.fd}`) } },
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.kept.values()].map(({ file }) => file.close()));
    this.kept.clear();
  }
}

async function open(context: CaptureContext, path: BytePath): Promise<Kept | undefined> {
  const absolute = context.absolute(path);
  const meta = await readEntryMeta(absolute, context.meta);
  if (meta.kind !== "file") return undefined;
  const file = await openSource(absolute);
  const { ino } = await file.stat({ bigint: true });
  if (ino === meta.inode) return { walked: { path, absolute, meta }, file };
  await file.close();
  return undefined;
}
