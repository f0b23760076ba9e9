/** Finds out which names a place holds, by writing some: what a share of another system does with them nobody can know beforehand. */
import { type BytePath, bytePath, joinPath } from "../../base/byte-path.ts";
import { isObhutError } from "../../base/errors.ts";
import { bytesContent, type PlainPlace } from "../place/place.ts";
import type { NameRules } from "./name-rules.ts";

const ownFolder = "obhut-names" as BytePath;
const hard = ['a:b?c*d"e<f>g|h', "back\\slash", "dot.", "space ", "con"].map(bytePath);
const notUtf8 = "caf\xe9" as BytePath;
const pair = ["Case", "case"].map(bytePath);

/** In a folder that is nobody else's. Leaves nothing behind. Errors: those of the place, where it holds no name at all. */
export async function probeNames(place: PlainPlace, folder: BytePath = ownFolder): Promise<NameRules> {
  await place.removeFolder(folder);
  await place.write(joinPath(folder, bytePath("plain")), bytesContent(Buffer.from("x")), { durable: "settle" });
  try {
    const portable = !(await holdsAll(place, folder, hard));
    const utf8 = !(await holdsAll(place, folder, [notUtf8]));
    const foldsCase = !(await holdsAll(place, folder, pair));
    return { portable, foldsCase, utf8 };
  } finally {
    await place.removeFolder(folder).catch(() => undefined);
  }
}

/** Whether each name is a file of its own afterwards, and is listed as it was written. */
async function holdsAll(place: PlainPlace, folder: BytePath, names: readonly BytePath[]): Promise<boolean> {
  try {
    for (const [i, name] of names.entries()) {
      await place.write(joinPath(folder, name), bytesContent(Buffer.alloc(i + 1)), { durable: "settle" });
    }
    const found = new Map<BytePath, number>();
    for await (const { path, sizeBytes } of place.list(folder)) found.set(path, sizeBytes);
    return names.every((name, i) => found.get(joinPath(folder, name)) === i + 1);
  } catch (error) {
    if (!isObhutError(error, "STORAGE_FAILED") && !isObhutError(error, "STORAGE_DENIED")) throw error;
    return false;
  }
}
