/**
 * Pages that lie neither in the -wal nor in the file: free ones that were never written, and the page at 1 GiB that SQLite
 * leaves out for its locks. SQLite reads them as zeros; only a copy can say so.
 */
import type { CaptureContext } from "./capture-context.ts";
import { ScratchFolder } from "./capture-context.ts";
import { copyContent } from "./copy-content.ts";
import type { DatabaseContent } from "./database-content.ts";

export interface Extent {
  readonly pages: number;
  readonly pageBytes: number;
  /** Size of the database file. */
  readonly fileBytes: number;
}

export function hasHoles(content: DatabaseContent, { pages, pageBytes, fileBytes }: Extent): boolean {
  const pagesInFile = Math.floor(fileBytes / pageBytes);
  return content.kind === "patched" ? content.offsets.subarray(pagesInFile).includes(-1) : pagesInFile < pages;
}

/** `content`, or where it has holes a private copy without, which `cleanup` removes. */
export async function withoutHoles(
  { scratchDir, signal }: CaptureContext,
  content: DatabaseContent,
  extent: Extent,
  cleanup: AsyncDisposableStack,
): Promise<DatabaseContent> {
  if (!hasHoles(content, extent)) return content;
  const scratch = cleanup.use(await ScratchFolder.create(scratchDir));
  const path = scratch.file("database");
  await copyContent(content, path, { mayGoOn: () => signal?.throwIfAborted() });
  return { kind: "file", path };
}
