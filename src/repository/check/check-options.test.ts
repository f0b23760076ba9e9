import assert from "node:assert/strict";
import { it } from "node:test";
import { parseReadDataSubset } from "./check-options.ts";

it("takes the subsets that restic takes", () => {
  assert.deepEqual(parseReadDataSubset("1/10"), { kind: "part", part: 1, of: 10 });
  assert.deepEqual(parseReadDataSubset("10/10"), { kind: "part", part: 10, of: 10 });
  assert.deepEqual(parseReadDataSubset("2.5%"), { kind: "share", share: 0.025 });
  assert.deepEqual(parseReadDataSubset("100%"), { kind: "share", share: 1 });
  assert.deepEqual(parseReadDataSubset("500M"), { kind: "bytes", bytes: 500 * 2 ** 20 });
  assert.deepEqual(parseReadDataSubset("2g"), { kind: "bytes", bytes: 2 * 2 ** 30 });
});

it("refuses what would read nothing, or is no subset", () => {
  for (const text of ["", "0/3", "4/3", "1/257", "0%", "101%", "0", "-1", "5X", "a/b", "1/2/3"]) {
    assert.equal(parseReadDataSubset(text), undefined, text);
  }
});
