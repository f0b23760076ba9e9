import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { BytePath } from "../../base/byte-path.ts";
import { goJsonString } from "./go-json.ts";
import { goQuote, goUnquote } from "./go-quote.ts";
import { JsonScanner } from "./json-scanner.ts";

/** Made by Go 1.26: bytes; json.Marshal(strconv.Quote(bytes) without its quotes); json.Marshal(bytes). All hex. */
const madeByGo = [
  ["706c61696e", "22706c61696e22", "22706c61696e22"],
  ["612262", "22615c5c5c226222", "22615c226222"],
  ["6261636b5c736c617368", "226261636b5c5c5c5c736c61736822", "226261636b5c5c736c61736822"],
  [
    "74076208660c6e0a720d7409760b",
    "22745c5c61625c5c62665c5c666e5c5c6e725c5c72745c5c74765c5c7622",
    "22745c7530303037625c62665c666e5c6e725c72745c74765c753030306222",
  ],
  ["001f7f", "225c5c7830305c5c7831665c5c78376622", "225c75303030305c75303031667f22"],
  ["fffe", "225c5c7866665c5c78666522", "225c75666666645c756666666422"],
  ["e282", "225c5c7865325c5c78383222", "225c75666666645c756666666422"],
  ["e282acc3a9", "22e282acc3a922", "22e282acc3a922"],
  ["eda080", "225c5c7865645c5c7861305c5c78383022", "225c75666666645c75666666645c756666666422"],
  ["f4908080", "225c5c7866345c5c7839305c5c7838305c5c78383022", "225c75666666645c75666666645c75666666645c756666666422"],
  ["c080", "225c5c7863305c5c78383022", "225c75666666645c756666666422"],
  ["f09f9880", "22f09f988022", "22f09f988022"],
  ["f09faba9", "225c5c55303030316661653922", "22f09faba922"],
  [
    "c2a0c2ade2808be280a8e280a9efbbbf",
    "225c5c75303061305c5c75303061645c5c75323030625c5c75323032385c5c75323032395c5c756665666622",
    "22c2a0c2ade2808b5c75323032385c7532303239efbbbf22",
  ],
  ["3c263e27", "225c75303033635c75303032365c75303033652722", "225c75303033635c75303032365c75303033652722"],
  ["e0a28f", "225c5c753038386622", "22e0a28f22"],
  ["ee8080efbfbdefbfbf", "225c5c7565303030efbfbd5c5c756666666622", "22ee8080efbfbdefbfbf22"],
  ["e697a5e69cace8aa9e20c3b1", "22e697a5e69cace8aa9e20c3b122", "22e697a5e69cace8aa9e20c3b122"],
  ["cc8178", "22cc817822", "22cc817822"],
];

const latin1 = (hex = ""): BytePath => Buffer.from(hex, "hex").toString("latin1") as BytePath;

test("names and link targets are spelled as Go spells them", () => {
  for (const [bytes = "", quoted, json] of madeByGo) {
    assert.equal(Buffer.from(goJsonString(goQuote(latin1(bytes))), "latin1").toString("hex"), quoted, bytes);
    assert.equal(Buffer.from(goJsonString(latin1(bytes)), "latin1").toString("hex"), json, bytes);
  }
});

test("any bytes survive being quoted and read again", () => {
  const name = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: "binary", maxLength: 20 }).map((text) => Buffer.from(text, "utf8")),
  );
  fc.assert(
    fc.property(name, (bytes) => {
      const path = Buffer.from(bytes).toString("latin1") as BytePath;
      const json = goJsonString(goQuote(path));
      assert.equal(goUnquote(new JsonScanner(Buffer.from(json, "latin1")).stringBytes()), path);
    }),
    { numRuns: 200 },
  );
});

test("an escape that Go does not know is no name", () => {
  for (const wrong of ["\\q", "\\x4", "\\u12", "\\ud800", "\\U00110000", "end\\"])
    assert.equal(goUnquote(wrong), undefined, wrong);
  assert.equal(goUnquote("\\141\\x41\\u00e9"), Buffer.from("aAé").toString("latin1"));
});
