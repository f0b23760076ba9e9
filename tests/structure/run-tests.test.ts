/** The run counts everything, ends with its sum, and passes only when all of it ran and passed. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { tempFolder } from "../support/temp-folder.ts";
import { inStartingOrder } from "../support/test-files.ts";
import { root } from "./source-files.ts";

const imports = 'import assert from "node:assert/strict";\nimport { after, describe, test } from "node:test";\n';

/** Runs one test file with this body, as the test command would. Resolves with the last line printed and the exit code. */
async function outcome(body: string, ci: boolean): Promise<string> {
  await using folder = await tempFolder("run-tests");
  const file = path.join(folder.path, "planted.test.ts");
  await writeFile(file, imports + body);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [path.join(root, "tests/run-tests.ts"), file],
      { env: { ...env, CI: String(ci) } },
      (error, stdout) => resolve(`${stdout.trim().split("\n").at(-1)}; exit ${error?.code ?? 0}`),
    );
  });
}

test("tests and subtests that pass are counted", async () => {
  const body =
    'test("a", async (t) => { await t.test("b", () => {}); });\ndescribe("s", () => { test("c", () => {}); });\n';
  assert.equal(await outcome(body, true), "3 passed, 0 failed, 0 skipped; exit 0");
});

test("a failing test, a failing hook, an error outside of tests and a killed process fail the run", async () => {
  const fine = 'test("a", () => {});\n';
  assert.equal(
    await outcome(`${fine}test("b", () => assert.equal(1, 2));`, true),
    "1 passed, 1 failed, 0 skipped; exit 1",
  );
  const hook = 'describe("s", () => { after(() => { throw new Error("x"); }); test("c", () => {}); });';
  assert.equal(await outcome(hook, true), "1 passed, 1 failed, 0 skipped; exit 1");
  assert.equal(await outcome('throw new Error("x");', true), "0 passed, 1 failed, 0 skipped; exit 1");
  assert.match(
    await outcome(`${fine}test("b", () => process.kill(process.pid, 9));`, true),
    /[1-9]\d* failed.*exit 1$/,
  );
});

test("a file without tests fails the run", async () => {
  assert.equal(await outcome("assert.ok(after);", true), "0 passed, 1 failed, 0 skipped; exit 1");
});

test("a skipped test is named, and fails the run where all tools are there", async () => {
  const body = 'test("a", () => {});\ntest("b", { skip: "no reason" }, () => {});\n';
  assert.equal(await outcome(body, true), "1 passed, 0 failed, 1 skipped; exit 1");
  assert.equal(await outcome(body, false), "1 passed, 0 failed, 1 skipped; exit 0");
});

test("the long tests start first, the unit tests last", () => {
  const files = ["src/a.test.ts", "tests/structure/b.test.ts", "tests/crash/c.test.ts", "tests/live/d.test.ts"];
  assert.deepEqual(inStartingOrder(files), [files[2], files[3], files[1], files[0]]);
});
