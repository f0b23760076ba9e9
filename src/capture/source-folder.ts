/** What is known of a data directory as a whole before anything in it is looked at. */
import { realpath, stat } from "node:fs/promises";
import { type BytePath, bytePath, bytesOf } from "../base/byte-path.ts";
import { ObhutError } from "../base/errors.ts";
import { type AttributesByPath, readExtendedAttributes } from "./extended-attributes.ts";
import { type OwnerNames, readOwnerNames } from "./owner-names.ts";

export interface SourceFolder {
  /** Absolute, without symbolic links. */
  readonly root: BytePath;
  readonly owners: OwnerNames;
  readonly attributes: AttributesByPath;
}

/** SOURCE_MISSING where there is no such folder. */
export async function readSourceFolder(dataDir: string, signal?: AbortSignal): Promise<SourceFolder> {
  const root = await sourceRoot(dataDir);
  const [owners, attributes] = await Promise.all([readOwnerNames(), readExtendedAttributes(root, signal)]);
  return { root, owners, attributes };
}

/** The folder's path without symbolic links. SOURCE_MISSING where there is none. */
export async function sourceRoot(dataDir: string): Promise<BytePath> {
  try {
    const root = bytePath(await realpath(dataDir));
    if ((await stat(bytesOf(root))).isDirectory()) return root;
  } catch (error) {
    throw new ObhutError("SOURCE_MISSING", { path: dataDir }, { cause: error });
  }
  throw new ObhutError("SOURCE_MISSING", { path: dataDir });
}
