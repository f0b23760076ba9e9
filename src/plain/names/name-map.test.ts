import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type BytePath, bytePath, bytePathOf } from "../../base/byte-path.ts";
import { NameMap } from "./name-map.ts";
import { anyNames, collisionKey, isHeld, type NameRules } from "./name-rules.ts";

const smb: NameRules = { portable: true, foldsCase: true, utf8: true };
const name = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => bytePathOf(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x3a : byte))))
  .filter((one) => one !== "." && one !== "..");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/") as BytePath);

test("a place that holds every name gets every name as it is", () => {
  fc.assert(fc.property(fc.array(path), (paths) => paths.every((one) => new NameMap(anyNames).placeOf(one) === one)));
});

test("what a share cannot hold is written under names that it holds, no two of them the same to it", () => {
  const folded = (place: BytePath): string =>
    place
      .split("/")
      .map((part) => collisionKey(part as BytePath, smb))
      .join("/");
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 30 }), (paths) => {
      const map = new NameMap(smb);
      const places = paths.map((one) => map.placeOf(one));
      for (const place of places) {
        for (const part of place.split("/")) assert.ok(isHeld(part as BytePath, smb), JSON.stringify(part));
      }
      assert.equal(new Set(places.map(folded)).size, paths.length);
    }),
  );
});

test("a later run writes what it knows to the same places, in whatever order it comes", () => {
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 20 }), fc.nat(), (paths, seed) => {
      const first = new NameMap(smb);
      const before = paths.map((one) => [one, first.placeOf(one)] as const);
      const second = new NameMap(smb, before);
      const turned = [...before.slice(seed % (before.length + 1)), ...before.slice(0, seed % (before.length + 1))];
      for (const [one, place] of turned.reverse()) assert.equal(second.placeOf(one), place);
    }),
  );
});

test("stand-ins can be read by people, keep the suffix, and fit into a name", () => {
  const map = new NameMap(smb);
  assert.match(map.placeOf(bytePath("uploads/id_What? now: 5.pdf")), /^uploads\/id_What_ now_ 5~[0-9a-f]{8}\.pdf$/);
  assert.match(map.placeOf(bytePath("AUX.txt")), /^AUX~[0-9a-f]{8}\.txt$/);
  assert.match(map.placeOf(bytePath("Report.pdf")), /^Report\.pdf$/);
  assert.match(map.placeOf(bytePath("report.PDF")), /^report~[0-9a-f]{8}\.PDF$/);
  const long = map.placeOf(bytePath(`${"ä".repeat(126)}?.pdf`));
  assert.ok(long.length <= 255 && long.endsWith(".pdf"), long);
});
