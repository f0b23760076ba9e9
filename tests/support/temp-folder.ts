/** A folder of a test's own, gone when the test ends. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export interface TempFolder extends AsyncDisposable {
  readonly path: string;
}

/** `name` is part of the folder's name, so that one left behind tells whose it was. */
export async function tempFolder(name: string): Promise<TempFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), `obhut-${name}-`));
  return {
    path: folder,
    // Retries, because a server that was killed may still be writing its last file.
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}
