import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { bytesOfSeed } from "../../tests/support/odd-folder.ts";
import { storeFolder } from "../../tests/support/stored-folder.ts";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { bytePath } from "../base/byte-path.ts";
import { isObhutError } from "../base/errors.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import { initRepository } from "./init-repository.ts";
import { loadIndex } from "./load-index.ts";
import { readFile } from "./read-file.ts";
import type { IndexedRepository } from "./repository.ts";
import { walkTree } from "./walk-tree.ts";

const bytes = bytesOfSeed(1, 2_500_000);
const file = bytePath("/data/file");

/** A repository into which two machines put the same folder at once: each blob lies in two packs. */
const { repo, tree, halves } = await scene();

async function scene() {
  await using folder = await tempFolder("copies");
  await writeFile(join(folder.path, "file"), bytes);
  const made = await initRepository(new MemoryStorage(), { password: "p", actor: testActor(), kdf: cheapKdf });
  const files = (storage: unknown): Map<string, Uint8Array> => (storage as MemoryStorage).files;
  const both = copyOf(files(made.storage));
  const halves: string[][] = [];
  let tree = "" as Awaited<ReturnType<typeof storeFolder>>["snapshot"]["tree"];
  for (const storage of [copyOf(both.files), copyOf(both.files)]) {
    ({ tree } = (await storeFolder({ ...made, storage }, folder.path)).snapshot);
    halves.push([...storage.files.keys()].filter((key) => key.startsWith("data/")));
    for (const [key, content] of storage.files) both.files.set(key, content);
  }
  return { repo: await loadIndex({ ...made, storage: both }), tree, halves };
}

function copyOf(files: ReadonlyMap<string, Uint8Array>): MemoryStorage {
  const storage = new MemoryStorage();
  for (const [key, content] of files) storage.files.set(key, content);
  return storage;
}

type Harm = (files: Map<string, Uint8Array>, key: string) => void;

const flip: Harm = (files, key) =>
  files.set(
    key,
    (files.get(key) ?? new Uint8Array()).map((byte) => byte ^ 1),
  );
const harms: [string, Harm][] = [
  ["damaged", flip],
  ["cut off", (files, key) => files.set(key, new Uint8Array(1))],
  ["gone", (files, key) => files.delete(key)],
];

function harmed(harm: Harm, packs: readonly string[]): IndexedRepository {
  const storage = copyOf((repo.storage as MemoryStorage).files);
  for (const key of packs) harm(storage.files, key);
  return { ...repo, storage };
}

for (const [what, harm] of harms) {
  test(`a blob whose pack is ${what} is read from another one that holds it`, async () => {
    for (const half of halves) {
      const left = harmed(harm, half);
      assert.deepEqual(
        (await Array.fromAsync(walkTree(left, tree))).map(({ path }) => path),
        ["/data", "/data/file"],
      );
      assert.ok((await readFile(left, tree, file)).equals(bytes));
    }
  });
}

test("where all copies are damaged, the damage is what is said", async () => {
  const none = harmed(flip, halves.flat());
  await assert.rejects(readFile(none, tree, file), (error) => isObhutError(error, "OBJECT_DAMAGED"));
});

test("whoever stops the reading is not asked to wait for other copies", async () => {
  const stopped = AbortSignal.abort(new Error("enough"));
  await assert.rejects(readFile(repo, tree, file, stopped), /enough/);
});
