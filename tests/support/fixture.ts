/** The data directory of a real Open WebUI, caught while it ran. What is in it: tests/fixtures/README.md. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { tempFolder } from "./temp-folder.ts";

const run = promisify(execFile);
const archive = path.resolve(import.meta.dirname, "../fixtures/open-webui-0.12.4.tar.zst");

/** Figures of tests/fixtures/README.md: what a backup must hold, and what a copy of webui.db alone would. */
export const fixtureFacts = {
  rows: {
    user: 3,
    chat: 36,
    chat_message: 394,
    file: 17,
    knowledge: 2,
    knowledge_file: 14,
    memory: 2,
    channel: 1,
    message: 1,
    function: 1,
    folder: 1,
    prompt: 1,
    config: 378,
  },
  rowsWithoutWal: {
    user: 3,
    chat: 36,
    chat_message: 394,
    file: 14,
    knowledge: 2,
    knowledge_file: 13,
    memory: 0,
    channel: 0,
    message: 0,
    function: 0,
    folder: 1,
    prompt: 1,
    config: 378,
  },
  collections: 18,
  embeddings: 2518,
  schemaRevision: "0bd252b206fb",
  secretKey: "fixture-secret-key",
  dataPath: "/app/backend/data",
  admin: { email: "ada@example.org", password: "correct horse battery" },
} as const;

export interface UnpackedFixture extends AsyncDisposable {
  /** The data directory: webui.db with its -wal and -shm, uploads, vector_db, cache, audit.log. */
  readonly dataDir: string;
}

/** Unpacks a copy that the caller may change. Times and modes are the original's; owners too, as root. */
export async function unpackFixture(): Promise<UnpackedFixture> {
  const folder = await tempFolder("fixture");
  try {
    await unpackArchive(archive, folder.path);
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
  return { dataDir: path.join(folder.path, "data"), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** A .tar.zst into a folder that is there. By zstd itself: Node's streams take twice as long, and half of all tests begin with it. */
export async function unpackArchive(archive: string, into: string): Promise<void> {
  // Without --ignore-zeros tar leaves at the end mark, and zstd, which still writes, fails now and then.
  await run("tar", ["-x", "-p", "--ignore-zeros", "-I", "zstd", "-C", into, "-f", archive]);
}
