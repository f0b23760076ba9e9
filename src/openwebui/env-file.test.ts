import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnvFile, parseProcessEnvironment } from "./env-file.ts";

const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["A=1\nB=two words\n", { A: "1", B: "two words" }],
  ["# no\n\n  export A = x # a comment\r\nB=a#b\n", { A: "x", B: "a#b" }],
  ['A=\'single "in" $it\\n\'\nB="double \\"in\\" it\\n."', { A: 'single "in" $it\\n', B: 'double "in" it\n.' }],
  ['KEY="-----BEGIN\nsecond line\nEND-----"\nNEXT=1', { KEY: "-----BEGIN\nsecond line\nEND-----", NEXT: "1" }],
  ['A="never closed\nB=2', { A: '"never closed', B: "2" }],
  ["A=first\nA=second", { A: "second" }],
  ["EMPTY=\nnot an assignment\n=x", { EMPTY: "" }],
  ["\uFEFFA=base64+/==", { A: "base64+/==" }],
];

test("env files are read as Compose and shells read them", () => {
  for (const [text, expected] of cases) assert.deepEqual(Object.fromEntries(parseEnvFile(text)), expected, text);
});

test("a process's environment may hold line breaks and equal signs", () => {
  const bytes = Buffer.from("A=1\0B=x=y\nz\0\0=odd\0C=");
  assert.deepEqual(Object.fromEntries(parseProcessEnvironment(bytes)), { A: "1", B: "x=y\nz", C: "" });
});
