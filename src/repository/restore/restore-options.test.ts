import assert from "node:assert/strict";
import { it } from "node:test";
import { isDurable } from "./restore-options.ts";

it("waits for the disk unless told otherwise, and always where something good might be replaced", () => {
  const target = "/target";
  assert.equal(isDurable({ target }), true);
  assert.equal(isDurable({ target, durable: false }), false);
  assert.equal(isDurable({ target, durable: false, overwrite: true }), true);
});
