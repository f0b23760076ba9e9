import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { errorCodes } from "../../src/base/error-codes.ts";
import { findingCodes } from "../../src/base/finding-codes.ts";
import type { Sentence } from "../../src/messages/sentence.ts";
import { messagesIn } from "../support/messages.ts";
import { errorsDocument, errorsDocumentPath } from "./errors-document.ts";
import { root, sourceFiles } from "./source-files.ts";

for (const language of ["en", "de"] as const) {
  test(`${errorsDocumentPath[language]} is what the catalogue says; npm run docs writes it`, () => {
    const written = readFileSync(path.join(root, errorsDocumentPath[language]), "utf8");
    assert.ok(written === errorsDocument(language), "the catalogue has changed since; run npm run docs and commit");
  });
}

test("German and English sentences of a code name the same values, and have a next step alike", () => {
  const places = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();
  for (const kind of ["errors", "findings"] as const) {
    const german: Record<string, Sentence> = messagesIn("de")[kind];
    for (const [code, english] of Object.entries<Sentence>(messagesIn("en")[kind])) {
      const sentence = german[code];
      assert.ok(sentence, code);
      assert.deepEqual(places(sentence.what + sentence.next), places(english.what + english.next), code);
      assert.equal(sentence.next === "", english.next === "", code);
    }
  }
});

test("every code is raised somewhere, and every value of a code reaches the reader", async () => {
  const sources = (await sourceFiles()).filter(
    ({ path: file }) => !file.startsWith("src/messages/") && !file.endsWith(".test.ts") && !file.endsWith("-codes.ts"),
  );
  const all = sources.map((file) => file.text).join("\n");
  const wrong: string[] = [];
  for (const [specs, sentences] of [
    [errorCodes, messagesIn("en").errors],
    [findingCodes, messagesIn("en").findings],
  ] as const) {
    for (const [code, { params }] of Object.entries(specs)) {
      if (!all.includes(`"${code}"`)) wrong.push(`nothing raises ${code}`);
      const { what, next } = (sentences as Record<string, Sentence>)[code] ?? { what: "", next: "" };
      for (const param of params) if (!(what + next).includes(`{${param}}`)) wrong.push(`${code} hides ${param}`);
    }
  }
  assert.deepEqual(wrong, []);
});
