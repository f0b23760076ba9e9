/**
 * A small Open WebUI for who has none yet: the app's real schema and Chroma's real files, cut down from an instance of
 * version 0.12.4 by tests/setup/make-sample.ts. Its accounts are ada, bea and cem at example.org.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { decodeBundle } from "./sample-bundle.ts";

const bundle = new URL("../../assets/sample-instance.zst", import.meta.url);
const secretKey = "sample-secret-key";

/**
 * Makes the sample in `folder`, which must not exist: `data/` and, beside it, the key file that the app would have made.
 * It appears whole or not at all. Returns the data directory.
 */
export async function makeSampleInstance(folder: string): Promise<string> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const files = decodeBundle(await promisify(zstdDecompress)(await readFile(bundle)));
  for (const { path, bytes } of files) {
    const file = join(unfinished, "data", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  await writeFile(join(unfinished, ".webui_secret_key"), secretKey, { mode: 0o600 });
  await rename(unfinished, folder);
  return join(folder, "data");
}
