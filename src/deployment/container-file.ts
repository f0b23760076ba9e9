/** A small file of a container's own file system, whether it runs or not: `docker cp` gives it as a tar archive. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const timeoutMs = 10_000;
const maxBuffer = 1024 * 1024;
/** POSIX ustar: a header of one block, its size in octal digits at 124, then the content. */
const blockBytes = 512;

/** Undefined where there is no such container, no such file, or it is larger than a key would be. */
export async function readContainerFile(
  container: string,
  path: string,
  docker = "docker",
): Promise<Uint8Array | undefined> {
  try {
    const words = ["cp", "--follow-link", `${container}:${path}`, "-"];
    return onlyFileIn((await run(docker, words, { timeout: timeoutMs, maxBuffer, encoding: "buffer" })).stdout);
  } catch {
    return undefined;
  }
}

function onlyFileIn(archive: Buffer): Uint8Array | undefined {
  const type = archive.toString("latin1", 156, 157);
  const sizeBytes = Number.parseInt(archive.toString("latin1", 124, 136), 8);
  const content = archive.subarray(blockBytes, blockBytes + sizeBytes);
  return (type === "0" || type === "\0") && content.length === sizeBytes ? content : undefined;
}
