/** A data directory in use: the fixture, with files beside it, under a process that holds its database open. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { unpackFixture } from "../support/fixture.ts";
import { seeded } from "./seeded.ts";
import type { WriterReply, WriterRequest } from "./writer.ts";

const noteBytes = 4 << 20;

export interface RunningApp extends AsyncDisposable {
  readonly dataDir: string;
  /** Replaces `files` of the files of 4 MiB and some MiB of the database, by the seed. Nothing of it compresses. */
  change(seed: number, files: number): Promise<void>;
  /** Empties the log into webui.db, which then is the whole state; throws when somebody holds the log. */
  checkpoint(): Promise<void>;
}

/** `notes`: how many files of 4 MiB lie beside the fixture's. */
export async function runningApp(seed: number, notes: number): Promise<RunningApp> {
  await using cleanup = new AsyncDisposableStack();
  const fixture = cleanup.use(await unpackFixture());
  const { dataDir } = fixture;
  const child = fork(path.join(import.meta.dirname, "writer.ts"), [path.join(dataDir, "webui.db")]);
  cleanup.defer(() => end(child));
  const ask = async (request: WriterRequest): Promise<WriterReply> => {
    child.send(request);
    return await reply(child);
  };
  await reply(child);
  const change = async (by: number, files: number): Promise<void> => {
    await writeNotes(dataDir, by, { files, of: notes });
    await ask({ kind: "grow", seed: by, bytes: 6 << 20 });
  };
  await change(seed, notes);
  const owned = cleanup.move();
  return {
    dataDir,
    change,
    checkpoint: async () => {
      const { busy } = await ask({ kind: "checkpoint" });
      if (busy) throw new Error(`somebody still holds the log of ${dataDir}/webui.db`);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Each file is new under its old name, as programs write that are afraid of crashes. */
async function writeNotes(dataDir: string, seed: number, count: { files: number; of: number }): Promise<void> {
  const random = seeded(seed);
  const folder = path.join(dataDir, "notes");
  await mkdir(folder, { recursive: true });
  const first = random.below(count.of);
  for (let i = 0; i < count.files; i++) {
    const file = path.join(folder, `note-${(first + i) % count.of}.bin`);
    await rm(file, { force: true });
    await writeFile(file, random.bytes(noteBytes));
  }
}

/** A writer that dies instead of answering is an error, not a test that hangs. */
async function reply(child: ChildProcess): Promise<WriterReply> {
  const stop = new AbortController();
  const died = once(child, "exit", { signal: stop.signal }).then(([code]) => {
    throw new Error(`the writer ended with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, "message", { signal: stop.signal }), died]);
    return message as WriterReply;
  } finally {
    died.catch(() => undefined);
    stop.abort();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}
