/** Files that only their owner may read: keys and sheets. Never in the place of another. */
import { stat } from "node:fs/promises";
import { ObhutError, reasonOf, systemCode } from "../base/errors.ts";
import { durableWrite } from "../host/durable-write.ts";

const mode = 0o600;

/** FILE_EXISTS, before anything is done that the file is needed for. */
export async function refuseExistingFile(path: string): Promise<void> {
  const there = await stat(path).then(
    () => true,
    (error: unknown) => systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR",
  );
  if (there) throw new ObhutError("FILE_EXISTS", { file: path });
}

/** Durable when it resolves. FILE_EXISTS, FILE_NOT_WRITTEN. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  try {
    await durableWrite(path, Buffer.from(text, "utf8"), { mode, existing: "never" });
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw new ObhutError("FILE_EXISTS", { file: path }, { cause: error });
    throw new ObhutError("FILE_NOT_WRITTEN", { file: path, reason: reasonOf(error) }, { cause: error });
  }
}
