/** Folders below the root of a local place: each made once, and the root never by the way. */
import { mkdir, open } from "node:fs/promises";
import { type BytePath, bytesOf, joinPath, parentPath } from "../../../base/byte-path.ts";
import { systemCode } from "../../../base/errors.ts";
import { syncFile } from "../../../host/durable-write.ts";

/** A copy holds chats, and keys in clear: nobody else may look. */
const folderMode = 0o700;

export class LocalFolders {
  readonly #root: BytePath;
  readonly #made = new Set<BytePath>();

  constructor(root: BytePath) {
    this.#root = root;
  }

  /** With those above it: who says where a place lies means it. */
  async makeRoot(): Promise<void> {
    await mkdir(bytesOf(this.#root), { recursive: true, mode: folderMode });
  }

  /** Rejects with ENOENT where the root is not there. */
  async make(path: BytePath): Promise<void> {
    if (path === "" || this.#made.has(path)) return;
    const above = path.includes("/") ? parentPath(path) : ("" as BytePath);
    await this.make(above);
    await mkdir(this.#at(path), { mode: folderMode }).catch((error: unknown) => {
      if (systemCode(error) !== "EEXIST") throw error;
    });
    this.#made.add(path);
  }

  /** It, and what is below it, has gone or has another name. */
  forget(path: BytePath): void {
    for (const made of this.#made) if (made === path || made.startsWith(`${path}/`)) this.#made.delete(made);
  }

  /** Makes the names in it durable, and its own. */
  async sync(path: BytePath): Promise<void> {
    await using folder = await open(this.#at(path), "r");
    await syncFile(folder);
    if (path !== "") await this.sync(path.includes("/") ? parentPath(path) : ("" as BytePath));
  }

  #at(path: BytePath): Buffer {
    return bytesOf(path === "" ? this.#root : joinPath(this.#root, path));
  }
}
