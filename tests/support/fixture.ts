/** The data directory of a real Open WebUI, caught while it ran. What is in it: tests/fixtures/README.md. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { tempFolder } from "./temp-folder.ts";

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

/** A .tar.zst into a folder that is there. */
export async function unpackArchive(archive: string, into: string): Promise<void> {
  // Without --ignore-zeros tar leaves at the end mark, and what is written behind it fails now and then.
  const tar = spawn("tar", ["-x", "-p", "--ignore-zeros", "-C", into], { stdio: ["pipe", "ignore", "inherit"] });
  const ended = once(tar, "close");
  await pipeline(createReadStream(archive), createZstdDecompress(), tar.stdin);
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar ended with ${code} while unpacking ${archive}`);
}
