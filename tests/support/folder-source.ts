/** A plain folder as a source of entries: the smallest thing the engine can back up. */
import { readdir } from "node:fs/promises";
import { type BytePath, bytePath, bytePathOf, bytesOf, joinPath } from "../../src/base/byte-path.ts";
import { readEntryMeta } from "../../src/capture/entry-meta.ts";
import { readExtendedAttributes } from "../../src/capture/extended-attributes.ts";
import { readOwnerNames } from "../../src/capture/owner-names.ts";
import type { ReadOutcome, SourceEntry } from "../../src/repository/source-entry.ts";

export interface FolderSourceOptions {
  readonly folder: string;
  /** Where it hangs in the snapshot, such as `/data`; its own entry and those above it are not made. */
  readonly at: string;
  readonly changes?: (path: BytePath) => SourceEntry["changes"];
  /** Called before each entry is given, so that a test can change the folder meanwhile. */
  readonly before?: (path: BytePath) => Promise<void>;
  readonly done?: (path: BytePath, outcome: ReadOutcome) => void;
}

export async function* folderSource(options: FolderSourceOptions): AsyncGenerator<SourceEntry> {
  const root = bytePath(options.folder);
  const context = { owners: await readOwnerNames(), attributes: await readExtendedAttributes(root) };
  const waiting: { readonly real: BytePath; readonly path: BytePath }[] = [{ real: root, path: bytePath(options.at) }];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const name of (await readdir(bytesOf(folder.real), { encoding: "buffer" })).map(bytePathOf)) {
      const [real, path] = [joinPath(folder.real, name), joinPath(folder.path, name)];
      const meta = await readEntryMeta(real, context);
      await options.before?.(path);
      if (meta.kind === "dir") waiting.push({ real, path });
      yield {
        path,
        meta,
        changes: options.changes?.(path) ?? "whole",
        pinned: false,
        ...(meta.kind === "file" ? { content: { kind: "file", path: real } } : {}),
        done: (outcome) => options.done?.(path, outcome),
      };
    }
  }
}
