import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { isObhutError } from "../base/errors.ts";
import { parseDestination } from "../plans/destination.ts";
import { refuseInstanceFolder, refuseOverlap } from "./refuse-overlap.ts";

/** `app/data/webui.db`, and `link` to `app/data`. */
function scene(context: TestContext): (name: string) => string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "obhut-overlap-")));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "app/data/uploads"), { recursive: true });
  writeFileSync(join(folder, "app/data/webui.db"), "");
  symlinkSync("app/data", join(folder, "link"));
  return (name) => join(folder, name);
}

const refused = (error: unknown): boolean => isObhutError(error, "DESTINATION_IN_SOURCE");
const local = (path: string) => parseDestination(path, "/");

test("a repository in the data directory, around it, or there by a link is refused", async (context) => {
  const at = scene(context);
  for (const name of ["app/data", "app/data/backup", "app/data/not/yet", "app", ".", "link", "link/backup"]) {
    await assert.rejects(refuseOverlap([local(at(name))], at("app/data")), refused, name);
  }
  await assert.rejects(refuseOverlap([local(at("apart")), local(at("app/data/in"))], at("link")), refused);
});

test("one beside it is not, nor one on another machine", async (context) => {
  const at = scene(context);
  for (const name of ["app/data2", "app/..data", "app/backup", "apart/deep/er"]) {
    await refuseOverlap([local(at(name))], at("app/data"));
    await refuseInstanceFolder(local(at(name)));
  }
  await refuseOverlap([parseDestination(`sftp:host:${at("app/data")}`, "/")], at("app/data"));
});

test("a new one is refused where a data directory shows itself", async (context) => {
  const at = scene(context);
  for (const name of ["app/data", "app/data/uploads/deep", "app", "link/x"]) {
    await assert.rejects(refuseInstanceFolder(local(at(name))), refused, name);
  }
});
