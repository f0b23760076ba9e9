import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { type BytePath, bytePath, bytesOf, joinPath } from "../base/byte-path.ts";
import type { CaptureContext } from "./capture-context.ts";
import { KeptUploads } from "./kept-uploads.ts";
import { readOwnerNames } from "./owner-names.ts";

it("keeps the bytes of a new upload that is deleted before it is read, and leaves alone what was given out", async () => {
  await using folder = await tempFolder("kept");
  const uploads = join(folder.path, "uploads");
  await mkdir(join(uploads, "inner"), { recursive: true });
  for (const name of ["old", "new", "left-out"]) await writeFile(join(uploads, name), `bytes of ${name}`);
  const context = {
    absolute: (path: BytePath) => joinPath(bytePath(folder.path), path),
    meta: { owners: await readOwnerNames(), attributes: new Map() },
    wanted: (path: BytePath) => !path.endsWith("left-out"),
  } as unknown as CaptureContext;
  await using kept = new KeptUploads();
  await kept.keepNew(context, new Set([bytePath("uploads/old")]));
  await rm(join(uploads, "new"));
  assert.deepEqual([...kept.paths()], ["uploads/new"]);
  const [one] = kept.entries();
  assert.ok(one?.entry.content?.kind === "file");
  assert.equal(await readFile(bytesOf(one.entry.content.path), "utf8"), "bytes of new");
  assert.deepEqual([one.entry.path, one.meta.sizeBytes], ["/open-webui/data/uploads/new", 12]);
});
