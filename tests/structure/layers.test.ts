import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, layerViolations } from "./layer-violations.ts";
import { sourceFiles } from "./source-files.ts";

test("no layer of src/ imports from one above it", async () => {
  const files = await sourceFiles();
  assert.ok(files.length > 50, `saw only ${files.length} files`);
  assert.deepEqual(layerViolations(files), []);
});

test("a planted violation of each kind is caught", () => {
  const planted = [
    { path: "src/base/ids.ts", text: 'import { x } from "../cli/main.ts";\n' },
    { path: "src/host/a.ts", text: 'import type {\n  A,\n  B,\n} from "../capture/b.ts";\n' },
    { path: "src/host/c.ts", text: 'export * from "../jobs/b.ts";\n' },
    { path: "src/storage/d.ts", text: 'const e = await import("../repository/e.ts");\n' },
    { path: "src/storage/f.ts", text: 'new Worker(new URL("../capture/g.ts", import.meta.url));\n' },
    { path: "src/cli/h.ts", text: 'import "../../tests/support/fixture.ts";\n' },
    { path: "src/things/i.ts", text: "" },
  ];
  assert.equal(layerViolations(planted).length, planted.length);
});

test("what points down, sideways or out to a package is left alone", () => {
  const fine = [
    { path: "src/cli/main.ts", text: 'import { a } from "../compose.ts";\nimport fs from "node:fs";\n' },
    { path: "src/base/ids.ts", text: 'import { b } from "./clock.ts";\n' },
    { path: "src/base/ids.test.ts", text: 'import { c } from "../../tests/support/actor.ts";\n' },
    { path: "src/compose.ts", text: 'import { d } from "./jobs/run-backup.ts";\n' },
  ];
  assert.deepEqual(layerViolations(fine), []);
  assert.ok(layers.length > 10);
});
