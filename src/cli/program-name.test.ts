import assert from "node:assert/strict";
import { test } from "node:test";
import { programName } from "./program-name.ts";

test("the program is named as it was called, and by its name alone where that finds it", () => {
  const PATH = "/usr/bin:/usr/local/bin";
  assert.equal(programName({ PATH }), "obhut");
  assert.equal(programName({ PATH, OBHUT_CALLED_AS: "obhut" }), "obhut");
  assert.equal(programName({ PATH, OBHUT_CALLED_AS: "/usr/local/bin/obhut" }), "obhut");
  assert.equal(programName({ PATH, OBHUT_CALLED_AS: "bin/obhut" }), "bin/obhut");
  assert.equal(programName({ OBHUT_CALLED_AS: "/my tools/obhut" }), "'/my tools/obhut'");
});
