/** Every command a repository lives on, through the command line, at a place on another machine; restic judges at the same place. */
import assert from "node:assert/strict";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type JsonLine, type ObhutRun, obhut } from "../cli/run-obhut.ts";
import { cheapenKey } from "./cheap-keys.ts";
import { assertSameTree } from "./equal-trees.ts";
import { unpackFixture } from "./fixture.ts";
import { newestRestic, testPassword } from "./restic.ts";
import { tempFolder } from "./temp-folder.ts";

export interface DistantPlace {
  readonly url: string;
  /** Words that Obhut and restic both understand, such as `-o sftp.args=...`. */
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its server keeps it on this machine, if that is a folder like any other: then the password is made cheap to try there. */
  readonly folder?: string;
}

export interface WholeRoundOptions {
  /** False for a place that removes nothing but locks. */
  readonly removes?: boolean;
}

/** `obhut` with the place and its password. */
export async function obhutAt({ url, words = [], env = {} }: DistantPlace, ...more: string[]): Promise<ObhutRun> {
  const [command = "", ...rest] = more;
  const given = { RESTIC_PASSWORD: testPassword, RESTIC_REPOSITORY: url, ...env };
  return await obhut([command, ...words, ...rest], { env: given });
}

export async function resticAt({ url, words = [], env = {} }: DistantPlace, ...more: string[]): Promise<string> {
  Object.assign(process.env, env);
  return await newestRestic.run(url, ...words, ...more);
}

export async function initAt(place: DistantPlace): Promise<void> {
  const made = await obhutAt(place, "init");
  assert.equal(made.code, 0, made.stderr);
  if (place.folder !== undefined) await cheapenKey(place.folder, testPassword);
}

export async function wholeRound(place: DistantPlace, { removes = true }: WholeRoundOptions = {}): Promise<void> {
  await using fixture = await unpackFixture();
  await using folder = await tempFolder("whole-round");
  const cache = { OBHUT_CACHE_DIR: join(folder.path, "cache") };
  const good = async (...more: string[]): Promise<readonly JsonLine[]> => {
    const run = await obhutAt({ ...place, env: { ...place.env, ...cache } }, ...more, "--json");
    assert.equal(run.code, 0, `${more.join(" ")}: ${run.text}${run.stderr}`);
    return run.json;
  };
  const restic = (...more: string[]): Promise<string> => resticAt(place, ...more);
  const uploads = join(fixture.dataDir, "uploads");
  await initAt(place);
  await good("backup", "--data", fixture.dataDir);
  await restic("check", "--read-data");
  await appendFile(join(uploads, "more.bin"), Buffer.alloc(3_000_000, "more"));
  await good("backup", "--data", fixture.dataDir);
  assert.equal((await good("snapshots")).filter(({ type }) => type === "snapshot").length, 2);
  await good("check", "--read-data");
  const target = join(folder.path, "restored");
  await good("restore", "latest", "--target", target);
  await assertSameTree(join(target, "uploads"), uploads);
  if (removes) {
    await good("forget", "--keep-last", "1", "--prune", "--max-unused", "0");
    assert.equal((await good("snapshots")).filter(({ type }) => type === "snapshot").length, 1);
  }
  await restic("check", "--read-data");
  const byRestic = join(folder.path, "by-restic");
  await mkdir(byRestic);
  await restic("restore", "latest", "--target", byRestic, "--include", "/open-webui/data/uploads");
  await assertSameTree(join(byRestic, "open-webui", "data", "uploads"), uploads, newestRestic.keeps);
  await writeFile(join(folder.path, "by-restic.txt"), "restic was here");
  await restic("backup", "--host", "restic", join(folder.path, "by-restic.txt"));
  await good("check", "--read-data");
  assert.deepEqual((await restic("list", "locks")).trim(), "", "no lock stays");
}
