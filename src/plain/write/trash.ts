/** Where a mirror keeps what was deleted or replaced: a folder for each run, in it each file under its own path. */
import { type BytePath, bytePath, joinPath } from "../../base/byte-path.ts";
import { isObhutError } from "../../base/errors.ts";
import { captureName, trashFolder } from "../copy/copy-names.ts";
import type { PlainPlace } from "../place/place.ts";

/** `timeMs`: of the run. */
export function trashFolderOf(timeMs: number): BytePath {
  const name = new Date(timeMs).toISOString().slice(0, 19).replaceAll(":", "");
  return joinPath(trashFolder, bytePath(`${name}Z`));
}

export class Trash {
  readonly folder: BytePath;
  readonly #place: PlainPlace;

  constructor(place: PlainPlace, folder: BytePath) {
    this.#place = place;
    this.folder = folder;
  }

  /**
   * Of a file that is about to be replaced: its own name is never without it. One that is not there needs none. What is kept already stays: a
   * run that goes on where another died would put the new file over it.
   */
  async keepCopy(path: BytePath): Promise<void> {
    if (path === captureName) return;
    const found = await this.#place.look(path);
    if (found?.kind !== "file") return;
    const kept = joinPath(this.folder, path);
    if ((await this.#place.look(kept)) !== undefined) return;
    try {
      if (this.#place.link !== undefined) return await this.#place.link(path, kept);
    } catch (error) {
      if (!isObhutError(error, "STORAGE_LINKS")) throw error;
    }
    if (this.#place.duplicate !== undefined) return await this.#place.duplicate(path, kept, "copy");
    const content = { sizeBytes: found.sizeBytes, open: () => this.#place.read(path) };
    await this.#place.write(kept, content, { durable: "settle" });
  }

  /** Of a file that goes. One that is not there is a success. */
  async move(path: BytePath): Promise<void> {
    try {
      await this.#place.rename(path, joinPath(this.folder, path));
    } catch (error) {
      if (!isObhutError(error, "STORAGE_FILE_MISSING")) throw error;
    }
  }
}
