import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { type BytePath, bytePath } from "../../base/byte-path.ts";
import type { BlobId } from "../../base/ids.ts";
import { goMode, isKnownType, type Node, permissionsOf } from "./node.ts";
import { type TimeText, timeTextOfNs } from "./time-text.ts";
import { decodeTree } from "./tree-decoder.ts";
import { TreeEncoder } from "./tree-encoder.ts";

/** Written by restic 0.19.1: quotes, a control character, bytes that are no UTF-8, emoji, hard links, xattrs, a pipe. */
const resticTree = readFileSync(new URL("./fixtures/restic-tree.json", import.meta.url));

function encode(nodes: Iterable<Node>): Buffer {
  const encoder = new TreeEncoder();
  for (const node of nodes) encoder.add(node);
  return encoder.finish();
}

test("a tree of restic's comes out of reading and writing byte for byte", () => {
  assert.equal(encode(decodeTree(resticTree, "a tree")).toString(), resticTree.toString());
});

test("reads what restic meant", () => {
  const byName = new Map(decodeTree(resticTree, "a tree").map((node) => [node.name, node]));
  const latin1 = (bytes: string): BytePath => bytes as BytePath;
  assert.equal(byName.size, 18);
  for (const name of ["bad\xff\xfe", "\xe2\x82x", "nl\n\t\x01\x7f", 'with"quote', "back\\slash", "<&>"]) {
    assert.ok(byName.has(latin1(name)), name);
  }
  assert.ok(byName.has(bytePath("emoji😀")));
  const hard = byName.get(bytePath("hard"));
  assert.equal(hard?.links, 2);
  assert.equal(hard.inode, 10_118_583n);
  assert.equal(permissionsOf(hard.mode), 0o4755);
  assert.deepEqual(
    hard.xattrs.map(({ name, value }) => [name, Buffer.from(value ?? "none").toString("hex")]),
    [
      ["user.foo", "00ff78"],
      ["user.<e>", ""],
    ],
  );
  assert.equal(byName.get(bytePath("sym"))?.linkTarget, "a\xff<>\x01\x08b\xe2\x82z");
  assert.equal(byName.get(bytePath("empty"))?.content?.length, 0);
  assert.equal(byName.get(bytePath("fifo"))?.content, null);
  assert.equal(byName.get(bytePath("d"))?.subtree, "90bcbf9ccb233b011365031269a457ee90d041aca2b54d57efa460cc8409cee4");
});

const plainNode: Node = {
  name: bytePath("n"),
  type: "file",
  mode: 0o644,
  mtime: timeTextOfNs(0n),
  atime: timeTextOfNs(0n),
  ctime: timeTextOfNs(0n),
  uid: 0,
  gid: 0,
  user: "",
  group: "",
  inode: 0n,
  deviceId: 0n,
  size: 0,
  links: 0,
  linkTarget: "" as BytePath,
  xattrs: [],
  device: 0n,
  content: null,
};

test("fields that restic leaves out are left out", () => {
  const time = '"mtime":"1970-01-01T00:00:00Z","atime":"1970-01-01T00:00:00Z","ctime":"1970-01-01T00:00:00Z"';
  const json = `{"nodes":[{"name":"n","type":"file","mode":420,${time},"uid":0,"gid":0,"content":null}]}\n`;
  assert.equal(encode([plainNode]).toString(), json);
  assert.equal(encode([]).toString(), '{"nodes":[]}\n');
});

test("any node survives", () => {
  const big = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 20 })
    .map((bytes) => Buffer.from(bytes).toString("latin1"))
    .filter((text) => !/^\.{1,2}$|[/\0]/.test(text));
  const node = fc.record(
    {
      name: name.map((text) => text as BytePath),
      type: fc.constantFrom("file", "dir", "symlink", "dev", "chardev", "fifo", "socket", "irregular", ""),
      mode: fc.nat(2 ** 32 - 1),
      mtime: fc.bigInt({ min: -62_167_219_200n * 10n ** 9n, max: 253_402_300_799n * 10n ** 9n }).map(timeTextOfNs),
      atime: fc.constant("2026-11-23T10:00:00.5+01:00" as TimeText),
      ctime: fc.constant("2026-11-23T10:00:00Z" as TimeText),
      uid: fc.nat(),
      gid: fc.nat(),
      user: fc.string(),
      group: fc.string({ unit: "grapheme" }),
      inode: big,
      deviceId: big,
      size: fc.maxSafeNat(),
      links: fc.nat(),
      linkTarget: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("latin1") as BytePath),
      xattrs: fc.array(
        fc.record(
          { name: fc.string(), value: fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))) },
          { noNullPrototype: true },
        ),
      ),
      device: big,
      content: fc.option(fc.nat(40).map((count) => Uint8Array.from({ length: 32 * count }, (_, i) => i))),
      subtree: fc.constant("ab".repeat(32) as BlobId),
      error: fc.string({ minLength: 1 }),
      genericAttributes: fc.constantFrom("{}", '{"windows.creation_time":"RQ=="}'),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.uniqueArray(node, { selector: (one) => one.name, maxLength: 5 }), (nodes) => {
      const sorted = (nodes as Node[]).toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const bytes = encode(sorted);
      assert.deepEqual(decodeTree(bytes, "x"), sorted);
    }),
    { numRuns: 100 },
  );
});

test("unknown fields and null are passed over, as Go does", () => {
  const json = `{"later":{"a":[1]},"nodes":[{"name":"n","type":"file","mode":null,"later":"]","content":null,"uid":7}],"more":1}`;
  const [node] = decodeTree(Buffer.from(json), "x");
  assert.equal(node?.uid, 7);
  assert.equal(node.mtime, "0001-01-01T00:00:00Z", "Go's zero time");
  assert.deepEqual(decodeTree(Buffer.from('{"nodes":null}'), "x"), []);
});

test("numbers are taken up to what is exact, names in any script, and a time that is none is damage after one that is", () => {
  const one = (field: string): Buffer => Buffer.from(`{"nodes":[{"name":"a","type":"file",${field}}]}`);
  assert.equal(decodeTree(one('"size": 9007199254740991 '), "t")[0]?.size, 2 ** 53 - 1);
  assert.equal(decodeTree(one('"size":0'), "t")[0]?.size, 0);
  for (const bad of [
    '"size":9007199254740992',
    '"size":9007199254740993',
    '"size":-1',
    '"size":1.5',
    '"size":"1"',
    '"size":',
  ])
    assert.throws(() => decodeTree(one(bad), "t"), { code: "OBJECT_DAMAGED" }, bad);
  assert.equal(decodeTree(one('"user":"Jürgen 山"'), "t")[0]?.user, "Jürgen 山");
  const time = '"2025-01-11T23:53:20Z"';
  assert.equal(decodeTree(one(`"mtime":${time},"atime":${time}`), "t")[0]?.atime, "2025-01-11T23:53:20Z");
  assert.throws(() => decodeTree(one(`"mtime":${time},"atime":"2025-13-11T23:53:20Z"`), "t"), {
    code: "OBJECT_DAMAGED",
  });
});

test("a type that is unknown is kept as it is written", () => {
  const [node = assert.fail()] = decodeTree(Buffer.from('{"nodes":[{"name":"n","type":"door"}]}'), "x");
  assert.equal(node.type, "door");
  assert.deepEqual([isKnownType(node.type), isKnownType(plainNode.type)], [false, true]);
  const encoder = new TreeEncoder();
  encoder.add(node);
  assert.match(encoder.finish().toString(), /"type":"door"/);
});

test("damage is named; a name that leads elsewhere is damage", () => {
  const isDamage = { code: "OBJECT_DAMAGED" };
  for (const name of ["", ".", "..", "a/b", "a\\\\x00b"]) {
    assert.throws(() => decodeTree(Buffer.from(`{"nodes":[{"name":"${name}","type":"file"}]}`), "x"), isDamage, name);
  }
  for (const cut of [1, 100, 1000, resticTree.length - 5]) {
    assert.throws(() => decodeTree(resticTree.subarray(0, cut), "x"), isDamage);
  }
  for (const node of [
    '{"name":"n","type":"file","size":-1}',
    '{"name":"n","content":["zz"]}',
    '{"name":"n","mtime":"soon"}',
  ]) {
    assert.throws(() => decodeTree(Buffer.from(`{"nodes":[${node}]}`), "x"), isDamage, node);
  }
});

test("names out of order are a fault of the caller", () => {
  const encoder = new TreeEncoder();
  encoder.add(plainNode);
  assert.throws(() => encoder.add(plainNode), { code: "INTERNAL" });
});

test("modes are Go's", () => {
  assert.equal(goMode("dir", 0o755), 0x800001ed);
  assert.equal(goMode("symlink", 0o777), 134_218_239);
  assert.equal(goMode("chardev", 0o1620), 0x04300190);
  for (const permissions of [0, 0o644, 0o4755, 0o2755, 0o1777, 0o7777]) {
    assert.equal(permissionsOf(goMode("file", permissions)), permissions);
  }
});
