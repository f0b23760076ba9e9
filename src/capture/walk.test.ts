import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { link, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { type BytePath, bytePath, displayPath } from "../base/byte-path.ts";
import { excludedBy } from "./excludes.ts";
import { parseAttributes } from "./extended-attributes.ts";
import { readOwnerNames } from "./owner-names.ts";
import { type Walked, walk } from "./walk.ts";

const noContext = { owners: { user: () => "u", group: () => "g" }, attributes: new Map() };

function walked(
  root: string,
  options: { from?: string; wanted?: (path: BytePath) => boolean; onUnreadable?: () => void } = {},
) {
  return Array.fromAsync(
    walk({
      root: bytePath(root),
      from: bytePath(options.from ?? ""),
      context: noContext,
      wanted: options.wanted ?? (() => true),
      onUnreadable: options.onUnreadable ?? (() => assert.fail("nothing is unreadable here")),
    }),
  );
}

const shown = (entries: readonly Walked[]): readonly string[] =>
  entries.map(({ path, meta }) => `${displayPath(path)} ${meta.kind}`);

test("every kind of entry comes once, in the order of its bytes", async () => {
  await using work = await tempFolder("walk");
  await mkdir(join(work.path, "b/empty"), { recursive: true });
  await writeFile(join(work.path, "b/ü.txt"), "12345");
  await writeFile(Buffer.concat([Buffer.from(`${work.path}/a`), Buffer.from([0xff])]), "");
  await link(join(work.path, "b/ü.txt"), join(work.path, "z-link"));
  await symlink("b/ü.txt", join(work.path, "c"));
  assert.equal(spawnSync("mkfifo", [join(work.path, "pipe")]).status, 0);
  const entries = await walked(work.path);
  assert.deepEqual(shown(entries), [
    "a\\xff file",
    "b dir",
    "b/empty dir",
    "b/ü.txt file",
    "c symlink",
    "pipe fifo",
    "z-link file",
  ]);
  const byName = new Map(entries.map((entry) => [displayPath(entry.path), entry.meta]));
  assert.equal(byName.get("b/ü.txt")?.sizeBytes, 5);
  assert.equal(byName.get("b/ü.txt")?.links, 2);
  assert.equal(byName.get("b/ü.txt")?.inode, byName.get("z-link")?.inode);
  assert.equal(byName.get("c")?.linkTarget, bytePath("b/ü.txt"));
  assert.equal(byName.get("b")?.user, "u");
});

test("a link is followed where a walk begins, and nowhere else", async () => {
  await using work = await tempFolder("walk");
  await mkdir(join(work.path, "large/inner"), { recursive: true });
  await symlink(join(work.path, "large"), join(work.path, "uploads"));
  assert.deepEqual(shown(await walked(work.path, { from: "uploads" })), ["uploads dir", "uploads/inner dir"]);
  assert.deepEqual(shown(await walked(work.path)), ["large dir", "large/inner dir", "uploads symlink"]);
  assert.deepEqual(await walked(work.path, { from: "not-there" }), []);
});

test("what is not wanted is left out with all below it; what vanishes meanwhile is no trouble", async () => {
  await using work = await tempFolder("walk");
  await mkdir(join(work.path, "a/b/c"), { recursive: true });
  await mkdir(join(work.path, "d/e"), { recursive: true });
  const wanted = excludedBy(["b"]);
  assert.deepEqual(shown(await walked(work.path, { wanted: (path) => !wanted(path) })), ["a dir", "d dir", "d/e dir"]);
  const seen: string[] = [];
  for await (const entry of walk({
    root: bytePath(work.path),
    from: "" as BytePath,
    context: noContext,
    wanted: () => true,
    onUnreadable: () => assert.fail("gone is not unreadable"),
  })) {
    seen.push(displayPath(entry.path));
    await rm(join(work.path, "d"), { recursive: true, force: true });
  }
  assert.ok(!seen.includes("d/e"));
});

test("patterns match names anywhere, or whole paths", () => {
  const excluded = excludedBy(["*.tmp", "cache/image/**", "/uploads/big/"]);
  for (const yes of ["a.tmp", "x/y.tmp", "cache/image/a/b", "uploads/big"]) assert.ok(excluded(bytePath(yes)), yes);
  for (const no of ["a.tmpx", "cache/images/a", "x/uploads/big", "uploads/bigger"])
    assert.ok(!excluded(bytePath(no)), no);
});

test("attributes are read from getfattr's output, odd names among them", () => {
  const text = "# file: /a b/\\134x\\012y\nuser.note=0x6869\nsecurity.x=0x00ff\n\n# file: /empty\nuser.none=0x\n\n";
  const found = parseAttributes(text);
  const first = found.get("/a b/\\x\ny" as BytePath);
  assert.deepEqual(
    first?.map(({ name, value }) => [name, Buffer.from(value).toString("hex")]),
    [
      ["user.note", "6869"],
      ["security.x", "00ff"],
    ],
  );
  assert.equal(found.get("/empty" as BytePath)?.[0]?.value.length, 0);
});

test("names of owners come from the system's files; a number without a name has none", async () => {
  await using work = await tempFolder("owners");
  await writeFile(
    join(work.path, "passwd"),
    "root:x:0:0:root:/root:/bin/sh\nalias:x:0:0::/:/bin/sh\nada:x:1000:1000::/:\n",
  );
  const owners = await readOwnerNames(work.path);
  assert.deepEqual([owners.user(0), owners.user(1000), owners.user(5), owners.group(0)], ["root", "ada", "", ""]);
});
