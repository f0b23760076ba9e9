/**
 * Makes the folder that every golden repository holds, and says what is in it:
 *   make-source.ts FOLDER first | second | third > listing.json
 * `second` and `third` change what the state before them left. The same bytes, modes and times on every machine.
 */
import { createHash } from "node:crypto";
import { chmod, lutimes, mkdir, open, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listTree } from "../../support/tree-listing.ts";

const [folder, state] = process.argv.slice(2);
if (folder === undefined || state === undefined) throw new Error("FOLDER and one of: first second third");

/** No UTF-8: `f`, then bytes that begin no character. */
const oddName = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff, 0xfe, 0x80])]);

/** Bytes that no program can compress. */
function noise(seed: string, blocks: number): Buffer {
  const block = (i: number): Buffer => createHash("sha256").update(`${seed} ${i}`).digest();
  return Buffer.concat(Array.from({ length: blocks }, (_, i) => block(i)));
}

async function makeFirst(at: string): Promise<void> {
  await mkdir(join(at, "deep/er"), { recursive: true });
  await mkdir(join(at, "no files"));
  await writeFile(join(at, "empty"), "");
  await writeFile(join(at, "hello.txt"), "hello\n");
  await writeFile(join(at, "the same.txt"), "hello\n");
  await writeFile(join(at, "goes away"), noise("goes away", 30));
  await writeFile(join(at, "deep/noise.bin"), noise("noise", 100));
  await writeFile(join(at, "deep/er/words.txt"), "the same words again and again\n".repeat(300));
  await writeFile(oddName, "a name that is no text\n");
  await symlink("deep/er/words.txt", join(at, "link"));
  await symlink("../nowhere", join(at, "deep/dangling"));
  await chmod(join(at, "empty"), 0o600);
  await chmod(join(at, "deep/er/words.txt"), 0o751);
  await makeSparse(join(at, "sparse"));
}

async function makeSparse(path: string): Promise<void> {
  await using file = await open(path, "w");
  await file.write(Buffer.from("begin"), 0, 5, 0);
  await file.write(Buffer.from("end"), 0, 3, 20_000);
}

async function makeSecond(at: string): Promise<void> {
  await rm(join(at, "goes away"));
  await rename(join(at, "the same.txt"), join(at, "deep/the same.txt"));
  await writeFile(join(at, "hello.txt"), "hello again\n");
  await writeFile(join(at, "later"), noise("later", 40));
}

/** Long enough to be cut into pieces; only a repository that compresses stays small with it. */
async function makeThird(at: string): Promise<void> {
  const text = (word: string): string => `${word} `.repeat(120_000);
  await writeFile(join(at, "long"), text("zero") + text("one") + text("two"));
}

async function setTimes(at: string): Promise<void> {
  const below = Object.keys(await listTree(at)).map((name) => Buffer.from(`${at}/${name}`, "latin1"));
  // What lies deeper first: a folder's time changes with what is in it.
  for (const [i, path] of below.toReversed().entries()) await lutimes(path, 1_700_000_000, 1_700_000_000 + i);
  await lutimes(at, 1_700_000_000, 1_700_000_000);
}

if (state === "first") await makeFirst(folder);
if (state === "second") await makeSecond(folder);
if (state === "third") await makeThird(folder);
await setTimes(folder);
console.log(JSON.stringify(await listTree(folder), undefined, 1));
