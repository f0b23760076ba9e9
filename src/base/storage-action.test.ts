import assert from "node:assert/strict";
import { it } from "node:test";
import { verbOf } from "./storage-action.ts";

it("takes the longest verb that an action begins with, and leaves others alone", () => {
  assert.deepEqual(verbOf("read"), { verb: "read", rest: "" });
  assert.deepEqual(verbOf("read data/00/ab"), { verb: "read", rest: " data/00/ab" });
  assert.deepEqual(verbOf("read a pack back"), { verb: "read a pack back", rest: "" });
  assert.equal(verbOf("reading"), undefined);
});
