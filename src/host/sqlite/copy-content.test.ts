import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { type BytePath, bytePath } from "../../base/byte-path.ts";
import { copyContent, refreshCopy } from "./copy-content.ts";
import type { DatabaseContent } from "./database-content.ts";
import { hasHoles } from "./fill-holes.ts";

let folder = "";
const at = (name: string): BytePath => bytePath(path.join(folder, name));
const goOn = { mayGoOn: () => undefined };

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "obhut-copy-"));
  writeFileSync(at("base"), "aaaabbbbcccc");
  writeFileSync(at("patch"), "....BBBB....DDDD");
});
afterEach(() => rmSync(folder, { recursive: true }));

function patched(offsets: readonly number[]): DatabaseContent {
  const shared = new Float64Array(new SharedArrayBuffer(offsets.length * 8));
  shared.set(offsets);
  return { kind: "patched", base: at("base"), patch: at("patch"), blockBytes: 4, offsets: shared };
}

async function copied(content: DatabaseContent): Promise<string> {
  await copyContent(content, at("copy"), goOn);
  assert.equal(statSync(at("copy")).mode & 0o777, 0o600);
  return readFileSync(at("copy"), "latin1");
}

test("a file, its beginning, and pages laid over it", async () => {
  assert.equal(await copied({ kind: "file", path: at("base") }), "aaaabbbbcccc");
  rmSync(at("copy"));
  assert.equal(await copied({ kind: "prefix", path: at("base"), sizeBytes: 8 }), "aaaabbbb");
  rmSync(at("copy"));
  assert.equal(await copied(patched([-1, 4, -1, 12])), "aaaaBBBBccccDDDD");
});

test("pages that are nowhere read as zeros, and are told to be holes", async () => {
  const content = patched([-1, -1, -1, -1, 12]);
  assert.equal(await copied(content), "aaaabbbbcccc\0\0\0\0DDDD");
  const extent = { pages: 5, pageBytes: 4, fileBytes: 12 };
  assert.equal(hasHoles(content, extent), true);
  assert.equal(hasHoles(patched([-1, -1, -1, 4, 12]), extent), false);
  assert.equal(hasHoles({ kind: "prefix", path: at("base"), sizeBytes: 20 }, extent), true);
  assert.equal(hasHoles({ kind: "prefix", path: at("base"), sizeBytes: 12 }, { ...extent, pages: 3 }), false);
});

test("a draft becomes what the content is now, shorter or longer", async () => {
  for (const draft of ["aaaaXbbbcccc", "aaaa", "aaaabbbbccccdddd", ""]) {
    writeFileSync(at("draft"), draft);
    await refreshCopy({ kind: "file", path: at("base") }, at("draft"), goOn);
    assert.equal(readFileSync(at("draft"), "latin1"), "aaaabbbbcccc");
  }
});

test("what was begun is removed when it is stopped, when the -wal is too short, and never replaces a file", async () => {
  const stop = new Error("stop");
  const mayGoOn = (): void => {
    throw stop;
  };
  await assert.rejects(copyContent({ kind: "file", path: at("base") }, at("copy"), { mayGoOn }), stop);
  await assert.rejects(copyContent(patched([14]), at("copy"), goOn), /ends at 16/);
  assert.deepEqual(readdirSync(folder), ["base", "patch"]);
  await assert.rejects(copyContent({ kind: "file", path: at("base") }, at("patch"), goOn), { code: "EEXIST" });
  assert.equal(readFileSync(at("patch"), "latin1"), "....BBBB....DDDD");
});
