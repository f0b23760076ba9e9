import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { tempFolder } from "../../../../tests/support/temp-folder.ts";
import { type BytePath, bytePath } from "../../../base/byte-path.ts";
import { isObhutError } from "../../../base/errors.ts";
import { testPlaceContract } from "../../contract/place-contract.ts";
import { bytesContent, type PlaceContent } from "../place.ts";
import { localPlace } from "./local-place.ts";

const at = (path: string): BytePath => bytePath(path);
const settle = { durable: "settle" } as const;

testPlaceContract("local", async () => {
  const folder = await tempFolder("place");
  const root = join(folder.path, "a", "place");
  return { place: localPlace(root), again: async () => localPlace(root), ...disposing(folder) };
});

function disposing(folder: AsyncDisposable): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

it("a root that is gone is a disk that is not mounted: it is not made by the way", async () => {
  await using folder = await tempFolder("place");
  const place = localPlace(join(folder.path, "mount"));
  const bytes = bytesContent(Buffer.from("x"));
  await assert.rejects(place.write(at("a/b"), bytes, settle), (e) => isObhutError(e, "STORAGE_FAILED"));
  await assert.rejects(place.makeFolder(at("a")), (e) => isObhutError(e, "STORAGE_FAILED"));
  assert.deepEqual(await readdir(folder.path), []);
});

it("files and folders are for their owner alone, as cp and stat see them", async () => {
  await using folder = await tempFolder("place");
  const place = localPlace(join(folder.path, "root"));
  await place.makeFolder(at(""));
  const source = join(folder.path, "source");
  await writeFile(source, "from a file", { mode: 0o666 });
  const content: PlaceContent = { ...bytesContent(Buffer.from("from a file")), file: source };
  await place.write(at("f/copy"), content, { ...settle, modifiedMs: 1_600_000_000_000 });
  const seen = execFileSync("stat", ["-c", "%a %n %Y", "root", "root/f", "root/f/copy"], { cwd: folder.path });
  assert.deepEqual(
    String(seen)
      .trim()
      .split("\n")
      .map((line) => line.split(" ").slice(0, 2).join(" ")),
    ["700 root", "700 root/f", "600 root/f/copy"],
  );
  assert.match(String(seen), /1600000000$/m);
});

it("a link in the place is listed, never followed, and removed itself", async () => {
  await using folder = await tempFolder("place");
  await mkdir(join(folder.path, "outside"));
  await writeFile(join(folder.path, "outside", "file"), "not ours");
  const place = localPlace(join(folder.path, "root"));
  await place.makeFolder(at(""));
  await place.makeFolder(at("f"));
  await symlink(join(folder.path, "outside"), join(folder.path, "root", "f", "link"));
  const found = await Array.fromAsync(place.list(at("f"), { deep: true }));
  assert.deepEqual(
    found.map(({ path, kind }) => [path, kind]),
    [["f/link", "other"]],
  );
  await place.removeFolder(at("f"));
  assert.equal((await stat(join(folder.path, "outside", "file"))).size, 8);
});

it("names that are not UTF-8 are bytes like others", async () => {
  await using folder = await tempFolder("place");
  const place = localPlace(folder.path);
  const name = "caf\xe9.txt" as BytePath;
  await place.write(name, bytesContent(Buffer.from("latin1")), settle);
  assert.deepEqual(
    (await Array.fromAsync(place.list(at("")))).map(({ path }) => path),
    [name],
  );
  await place.settle();
});
