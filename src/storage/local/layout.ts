/**
 * Where each file of a repository lies below its folder: restic's default layout.
 * Source: restic's doc/design.rst, "Repository Layout" (data files in 256 folders by their first two digits).
 */
import { join } from "node:path";
import type { FileType, StorageFile } from "../storage.ts";

export function folderOf(file: StorageFile): string {
  switch (file.type) {
    case "config":
      return "";
    case "data":
      return join("data", file.name.slice(0, 2));
    case "keys":
    case "locks":
    case "snapshots":
    case "index":
      return file.type;
  }
}

/** The path below the repository's folder, with `/`. */
export function pathOf(file: StorageFile): string {
  return join(folderOf(file), file.type === "config" ? "config" : file.name);
}

/** Every folder of the layout, parents first. */
export function allFolders(): string[] {
  const plain: FileType[] = ["keys", "locks", "snapshots", "index", "data"];
  return [...plain, ...dataFolders()];
}

export function dataFolders(): string[] {
  return Array.from({ length: 256 }, (_, i) => join("data", i.toString(16).padStart(2, "0")));
}
