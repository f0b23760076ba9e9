/** `obhut stats` counts what restic counts, to the byte. */
import assert from "node:assert/strict";
import { copyFile, link, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { statsModes } from "../../src/repository/stats/stats-modes.ts";
import { type JsonLine, obhut } from "../cli/run-obhut.ts";
import { makeRepository } from "../support/cheap-keys.ts";
import { bytesOfSeed, makeOddFolder } from "../support/odd-folder.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";

/** Two snapshots of Obhut's and two of restic's, with hard links, doubles and a change between them. */
async function storedFour(folder: TempFolder, version: 1 | 2): Promise<string> {
  const [source, path] = [join(folder.path, "source"), join(folder.path, `repo ${version}`)];
  await makeOddFolder(source);
  await copyFile(join(source, "text"), join(source, "deep/the text again"));
  const repo = await makeRepository(path, testPassword, version);
  await storeFolder(repo, source);
  await newestRestic.run(path, "backup", "--compression", "auto", source);
  await writeFile(join(source, "deep/er/and/deeper/pages.db"), bytesOfSeed(3, 64 * 16384));
  await link(join(source, "text"), join(source, "deep/er/text, linked"));
  await storeFolder(repo, source);
  await newestRestic.run(path, "backup", source);
  return path;
}

async function statsOf(repository: string, ...words: string[]): Promise<readonly JsonLine[]> {
  const env = { OBHUT_PASSWORD: testPassword, OBHUT_REPOSITORY: repository };
  const { code, json, stderr } = await obhut(["stats", "--json", ...words], { env });
  assert.equal(code, 0, stderr);
  return json;
}

/** restic's names for our figures; what it leaves out where it is 0 is left out here too. */
function asRestic({ bytes, files, blobs, uncompressedBytes, ratio, progress, saving }: JsonLine): object {
  const named = {
    total_size: bytes,
    total_file_count: files,
    total_blob_count: blobs,
    total_uncompressed_size: uncompressedBytes,
    compression_ratio: ratio,
    compression_progress: progress,
    compression_space_saving: saving,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined && value !== 0));
}

for (const version of [2, 1] as const) {
  it(`every mode has restic's figures, format version ${version}`, async () => {
    await using folder = await tempFolder("stats");
    const path = await storedFour(folder, version);
    const snapshots: { id: string }[] = JSON.parse(await newestRestic.run(path, "snapshots", "--json"));
    // Named one by one, because restic goes through "all" in no certain order, and which path meets a content first depends on it.
    const all = snapshots.map(({ id }) => id);
    const choices = version === 2 ? [all, all.slice(0, 1)] : [all];
    for (const mode of statsModes) {
      for (const choice of choices) {
        const { snapshots_count, ...theirs } = JSON.parse(
          await newestRestic.run(path, "stats", "--json", "--mode", mode, ...choice),
        );
        const lines = await statsOf(path, "--mode", mode, ...choice);
        const ours = lines.find(({ type }) => type === "stats") ?? assert.fail("no stats");
        assert.deepEqual(asRestic(ours), theirs, `${mode} of ${choice.length} snapshots`);
        assert.equal(lines.at(-1)?.["snapshots"], snapshots_count);
      }
    }
  });
}

it("what a snapshot is said to add and to free is what restic counts without it", async () => {
  await using folder = await tempFolder("stats");
  const path = await storedFour(folder, 2);
  const lines = await statsOf(path);
  const growth = lines.filter(({ type }) => type === "growth");
  const rawData = lines.find(({ mode }) => mode === "raw-data");
  assert.equal(growth.length, 4);
  const stored = growth.reduce((sum, { bytesStored }) => sum + Number(bytesStored), 0);
  assert.equal(stored, rawData?.["bytes"], "all that was added is all that is there");
  const total = async (): Promise<number> =>
    JSON.parse(await newestRestic.run(path, "stats", "--json", "--mode", "raw-data")).total_size;
  const before = await total();
  await newestRestic.run(path, "forget", String(growth[1]?.["snapshot"]));
  assert.equal(before - (await total()), growth[1]?.["bytesFreed"]);
});
