import assert from "node:assert/strict";
import { test } from "node:test";
import { messagesIn } from "../../tests/support/messages.ts";
import { errorCodes } from "../base/error-codes.ts";
import { ObhutError } from "../base/errors.ts";
import { type Finding, finding, findingCodes } from "../base/finding-codes.ts";
import { type ReasonCode, reason, reasonCodes } from "../base/reason-codes.ts";
import { errorSentence, findingSentence, languageOf } from "./messages.ts";
import { fill, ofSeveral, type Sentence } from "./sentence.ts";

const languages = ["en", "de"] as const;
const en = messagesIn("en");

function placesIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)[}:]/g)].map((match) => match[1] ?? ""))].sort();
}

for (const language of languages) {
  const messages = messagesIn(language);

  test(`every error and finding names only values that it has, and has words (${language})`, () => {
    const all: [Record<string, Sentence>, Record<string, { readonly params: readonly string[] }>][] = [
      [messages.errors, errorCodes],
      [messages.findings, findingCodes],
    ];
    for (const [sentences, specs] of all) {
      assert.deepEqual(Object.keys(sentences).sort(), Object.keys(specs).sort());
      for (const [code, { what, next }] of Object.entries(sentences)) {
        assert.ok(what.length > 0, code);
        for (const place of placesIn(what + next))
          assert.ok(specs[code]?.params.includes(place), `${code}: {${place}}`);
      }
    }
  });

  test(`every reason names exactly the values it has (${language})`, () => {
    for (const code of Object.keys(reasonCodes) as ReasonCode[]) {
      for (const place of placesIn(messages.reasons[code])) {
        assert.ok((reasonCodes[code] as readonly string[]).includes(place), `${code}: {${place}}`);
      }
    }
  });
}

test("German output names the same values as English output", () => {
  const de = messagesIn("de");
  for (const key of Object.keys(en.output) as (keyof typeof en.output)[]) {
    assert.deepEqual(placesIn(de.output[key]), placesIn(en.output[key]), key);
    assert.notEqual(de.output[key], "", key);
  }
});

test("German help explains all that English help explains, in other words", () => {
  const de = messagesIn("de");
  for (const name of Object.keys(en.help.commands) as (keyof typeof en.help.commands)[]) {
    assert.notEqual(de.help.commands[name].about, en.help.commands[name].about, name);
  }
  for (const name of Object.keys(en.help.options) as (keyof typeof en.help.options)[]) {
    assert.notEqual(de.help.options[name], en.help.options[name], name);
  }
});

test("a word goes with its number, one or several", () => {
  const unused = (count: number): Finding => finding("PACKS_UNUSED", { count, sizeBytes: 1024 });
  assert.match(findingSentence(en, unused(1)).what, /^1 pack \(1.00 KiB\) is in no index/);
  assert.match(findingSentence(en, unused(2)).what, /^2 packs \(1.00 KiB\) are in no index/);
  assert.match(findingSentence(messagesIn("de"), unused(1)).what, /^1 Pack \(1,00 KiB\) steht in keinem Index/);
  assert.equal(fill("{n} {n:lock|locks}", { n: "1" }), "1 lock");
  assert.equal(fill("{n} {n:lock|locks}", { n: 0 }), "0 locks");
  assert.equal(fill("{n:lock|locks}", {}), "{n:lock|locks}");
  assert.equal(ofSeveral("{n} {n:lock|locks}"), "{n} locks");
});

test("a reason inside an error is put into words of the same language", () => {
  const error = new ObhutError("USAGE", { reason: reason("unknownCommand", { name: "bakcup" }) });
  assert.equal(errorSentence(messagesIn("en"), error).what, "there is no command bakcup");
  assert.equal(errorSentence(messagesIn("de"), error).what, "den Befehl bakcup gibt es nicht");
});

test("times and amounts stand in a sentence as people write them, and stay as they are where programs read", () => {
  const locked = new ObhutError("REPOSITORY_LOCKED", {
    location: "/backup",
    holder: "ada@home (7)",
    since: "2026-11-23T10:00:30.123456789+01:00",
  });
  const local = /^\/backup .* \d{4}-\d\d-\d\d \d\d:\d\d:30[ .]/;
  const scratch = new ObhutError("SCRATCH_NO_SPACE", { path: "/tmp", needed: 1_610_612_736, free: 512 });
  const unused: Finding = finding("PACKS_UNUSED", { count: 2, sizeBytes: 2_621_440 });
  for (const [language, needed, free, unusedSize] of [
    ["en", "1.50 GiB", "512 B", "2.50 MiB"],
    ["de", "1,50 GiB", "512 B", "2,50 MiB"],
  ] as const) {
    const messages = messagesIn(language);
    assert.match(errorSentence(messages, locked).what, local);
    const { what } = errorSentence(messages, scratch);
    assert.ok(what.includes(needed) && what.includes(free) && !/bytes/i.test(what), what);
    assert.ok(findingSentence(messages, unused).what.includes(`(${unusedSize})`));
  }
  const unknown = new ObhutError("REPOSITORY_LOCKED", { location: "/backup", holder: "lock abc", since: "?" });
  assert.match(errorSentence(messagesIn("en"), unknown).what, /since \?\.$/);
  assert.equal(scratch.params.needed, 1_610_612_736);
});

test("one is said as one", () => {
  for (const [language, one, two] of [
    ["en", "1 pack (5 B) is in no index", "2 packs (5 B) are in no index"],
    ["de", "1 Pack (5 B) steht in keinem Index", "2 Packs (5 B) stehen in keinem Index"],
  ] as const) {
    const said = (count: number): string =>
      findingSentence(messagesIn(language), finding("PACKS_UNUSED", { count, sizeBytes: 5 })).what;
    assert.ok(said(1).startsWith(one) && said(2).startsWith(two), said(1));
    assert.match(fill(messagesIn(language).output.unlocked, { count: 1 }), /^1 (lock removed|Sperre entfernt)\.$/);
    assert.match(fill(messagesIn(language).output.unlocked, { count: 12 }), /^12 (locks removed|Sperren entfernt)\.$/);
  }
});

test("the environment's language is found as POSIX has it, OBHUT_LANG first", () => {
  assert.equal(languageOf({ LANG: "de_DE.UTF-8" }), "de");
  assert.equal(languageOf({ LANG: "de_DE.UTF-8", LC_ALL: "C" }), "en");
  assert.equal(languageOf({ LANG: "en_US.UTF-8", OBHUT_LANG: "de" }), "de");
  assert.equal(languageOf({ LANG: "del_US" }), "en");
  assert.equal(languageOf({}), "en");
});

test("what was asked of a storage is said in the reader's language, with the file it was about", () => {
  const failed = (action: string): ObhutError =>
    new ObhutError("STORAGE_FAILED", { location: "/mnt", action, reason: "gone" });
  const said = (action: string, language: "en" | "de"): string =>
    errorSentence(messagesIn(language), failed(action)).what;
  assert.equal(said("read data/00/ab", "en"), "/mnt: read data/00/ab failed: gone.");
  assert.equal(said("read data/00/ab", "de"), "/mnt: Lesen von data/00/ab ist fehlgeschlagen: gone.");
  assert.equal(said("sync", "de"), "/mnt: Sichern auf die Platte ist fehlgeschlagen: gone.");
  assert.equal(said("read a pack back", "de"), "/mnt: Zurücklesen eines Packs ist fehlgeschlagen: gone.");
  assert.equal(said("something else", "de"), "/mnt: something else ist fehlgeschlagen: gone.");
});
