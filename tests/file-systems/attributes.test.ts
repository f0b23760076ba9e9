/** Extended attributes through a whole backup: read with getfattr, restored with setfattr, and said where a disk has none. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { obhut } from "../cli/run-obhut.ts";
import { unpackFixture } from "../support/fixture.ts";
import { loopDisk } from "../support/loop-disk.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** By path below the data directory; names and values that need escapes among them. */
const given: readonly (readonly [path: string, name: string, value: string])[] = [
  ["uploads", "user.of the folder", "vector"],
  ["uploads/with an = and a\nline break", "user.plain", "first\nsecond\0third"],
  ["uploads/with an = and a\nline break", "user.emp=ty", ""],
  ["cache/größe 🦉.txt", "user.grö\\ße", "äöü"],
  ["uploads/much", "user.large", "large ".repeat(3000)],
];

/** For each file its attributes as getfattr prints them; long ones by their hash. */
function attributesOf(folder: string): readonly string[] {
  const words = ["-R", "-P", "-h", "-d", "-m", "^user\\.", "-e", "hex", "."];
  const printed = execFileSync("getfattr", words, { cwd: folder, encoding: "utf8" });
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  // The order is that of the folder, which each file system has its own way.
  return printed
    .trim()
    .split("\n\n")
    .map((file) => (file.length < 300 ? file : `${file.slice(0, 100)} ... ${hash(file)}`))
    .sort();
}

test("attributes of files and folders come back byte for byte, and are a note where the disk does not take them", async () => {
  await using fixture = await unpackFixture();
  await using folder = await tempFolder("attributes");
  const env = { RESTIC_PASSWORD: "of this test", RESTIC_REPOSITORY: path.join(folder.path, "repository") };
  await using disk = loopDisk(path.join(folder.path, "xfs"), "xfs");
  const dataDir = path.join(disk.path, "data");
  await cp(fixture.dataDir, dataDir, { recursive: true, preserveTimestamps: true });
  for (const [name, attribute, value] of given) {
    const file = path.join(dataDir, name);
    if (name !== "uploads") writeFileSync(file, name);
    execFileSync("setfattr", ["-n", attribute, "-v", `0x${Buffer.from(value).toString("hex")}`, file]);
  }
  const original = attributesOf(dataDir);
  assert.equal(original.join("\n").match(/^user\./gm)?.length, given.length);

  assert.equal((await obhut(["init"], { env })).code, 0);
  const stored = await obhut(["backup", "--data", dataDir], { env });
  assert.equal(stored.code, 0, stored.stderr);
  const target = path.join(disk.path, "restored");
  const restored = await obhut(["restore", "latest", "--target", target], { env });
  assert.equal(restored.code, 0, restored.stderr);
  assert.deepEqual(attributesOf(target), original);

  // ext4 keeps a file's attributes in one block: the large one is too much for it.
  await using small = loopDisk(path.join(folder.path, "ext4"), "ext4", 256);
  const without = await obhut(["restore", "latest", "--target", path.join(small.path, "data"), "--json"], { env });
  assert.equal(without.code, 0, without.stderr);
  const notes = without.json.filter(({ code }) => code === "XATTRS_NOT_RESTORED");
  assert.equal(notes.length, 1, without.text);
  assert.match(String(notes[0]?.["message"]), /No space left on device/);
  assert.equal(without.json.at(-1)?.["incomplete"], false);
  const large = original.filter((file) => file.includes("user.large"));
  assert.deepEqual(
    attributesOf(path.join(small.path, "data")),
    original.filter((file) => !large.includes(file)),
  );
});
