/** What the faults begin with: a repository with something to do for every command, copied for each of them. */
import assert from "node:assert/strict";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { judgeHoled, makeHoled } from "../crash/holed-repository.ts";
import {
  type Ended,
  type Started,
  startObhut,
  startRestic,
  succeeded,
  type Workplace,
  workplaceIn,
} from "../crash/program.ts";
import type { Seeded } from "../crash/seeded.ts";
import type { TreeHashes } from "../crash/tree-hashes.ts";
import { tempFolder } from "../support/temp-folder.ts";

const KiB = 1024;

export interface HoledScene extends AsyncDisposable {
  /** Its repository is the pristine one: to be copied, never changed. */
  readonly place: Workplace;
  /** Folders that its snapshots restore to, by id. */
  readonly wanted: ReadonlyMap<string, TreeHashes>;
}

export async function holedScene(random: Seeded): Promise<HoledScene> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await tempFolder("fault"));
  const made = await workplaceIn(folder.path, path.join(folder.path, "data"));
  const place = { ...made, repository: path.join(folder.path, "pristine") };
  const wanted = await makeHoled(place, random, 100 * KiB);
  const owned = cleanup.move();
  return { place, wanted, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** One thing that a person asks for. */
export interface Work {
  readonly name: string;
  /** What must be there after it; default: all. */
  readonly keeps?: "last";
  readonly args: (at: Workplace, pristine: Workplace) => Promise<readonly string[]>;
  /** Damages the copy first; nothing of what its snapshots hold is lost by that. */
  readonly harm?: (at: Workplace) => Promise<void>;
}

export const works: readonly Work[] = [
  { name: "prune", args: async ({ repository }) => ["prune", "--from", repository, "--max-unused", "0"] },
  {
    name: "forget",
    keeps: "last",
    args: async ({ repository }) => ["forget", "--from", repository, "--keep-last", "1", "--prune"],
  },
  { name: "tag", args: async ({ repository }) => ["tag", "--from", repository, "--add", "seen"] },
  {
    name: "rewrite",
    args: async ({ repository }) => [
      "rewrite",
      "--from",
      repository,
      "--exclude",
      "nothing-of-that-name",
      "--new-host",
      "other",
    ],
  },
  {
    name: "copy",
    args: async ({ repository }, { repository: pristine, passwordFile }) => {
      return ["copy", "--from-repository", pristine, "--from-password-file", passwordFile, "--to", repository];
    },
    // What it is to bring: everything.
    harm: async (at) => {
      await rm(at.repository, { recursive: true });
      await succeeded(startRestic(at, "init"), "restic init");
    },
  },
  {
    name: "repair index",
    args: async ({ repository }) => ["repair", "index", "--from", repository],
    harm: async ({ repository }) => {
      const [first = ""] = await readdir(path.join(repository, "index"));
      await rm(path.join(repository, "index", first));
    },
  },
  {
    name: "repair packs",
    args: async ({ repository }) => [
      "repair",
      "packs",
      ...(await packsWithoutHeader(repository)),
      "--from",
      repository,
    ],
    harm: async ({ repository }) => {
      const [first = ""] = await packsOf(repository);
      const bytes = await readFile(first);
      await rm(first);
      await writeFile(first, Buffer.concat([bytes.subarray(0, -8), Buffer.alloc(8)]));
    },
  },
];

export async function packsOf(repository: string): Promise<string[]> {
  const all = await readdir(path.join(repository, "data"), { recursive: true });
  return all
    .filter((name) => /[0-9a-f]{64}$/.test(name))
    .sort()
    .map((name) => path.join(repository, "data", name));
}

async function packsWithoutHeader(repository: string): Promise<string[]> {
  const found: string[] = [];
  for (const pack of await packsOf(repository)) {
    if ((await readFile(pack)).subarray(-8).every((byte) => byte === 0)) found.push(path.basename(pack));
  }
  // A run before may have done it.
  return found.length > 0 ? found : [path.basename((await packsOf(repository))[0] ?? "")];
}

export async function copyOfPristine(pristine: Workplace, repository: string): Promise<Workplace> {
  await cp(pristine.repository, repository, { recursive: true });
  return { ...pristine, repository };
}

/** The code that a command which failed says last; undefined where it did not. */
export async function codeOf(started: Started): Promise<string | undefined> {
  const { code, output }: Ended = await started.ended;
  if (code === 0) return undefined;
  const line = output.split("\n").findLast((one) => /^\{"type":"(exit_)?error"/.test(one));
  assert.ok(line !== undefined, `it ended with ${code} and no word of why: ${output}`);
  const said = JSON.parse(line) as { code: string; message: string; next: string };
  assert.ok(said.message !== "" && said.next !== "", line);
  return said.code;
}

export async function start(work: Work, at: Workplace, pristine: Workplace): Promise<Started> {
  return startObhut(at, ...(await work.args(at, pristine)), "--json");
}

/** restic finds nothing wrong, and everything that is wanted of the snapshots comes back byte for byte, whatever their ids are now. */
export async function assertNothingLost(at: Workplace, wanted: ReadonlyMap<string, TreeHashes>): Promise<void> {
  const listed = JSON.parse(await succeeded(startRestic(at, "snapshots", "--json", "--no-lock"), "snapshots")) as {
    id: string;
    original?: string;
  }[];
  const now = new Map<string, TreeHashes>();
  for (const [id, hashes] of wanted) {
    const found = listed.filter((one) => one.id.startsWith(id) || one.original?.startsWith(id));
    assert.ok(found.length > 0, `snapshot ${id} is gone`);
    for (const one of found) now.set(one.id, hashes);
  }
  await judgeHoled(at, now);
}
