import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { messagesIn } from "../../tests/support/messages.ts";
import { completionScript } from "./completion/completion-script.ts";
import { commandLines, groupLines, overviewLines } from "./help-text.ts";
import { commandNames, commandTable } from "./option-table.ts";
import { displayWidth } from "./output/table.ts";

for (const language of ["en", "de"] as const) {
  test(`help names every command and option and keeps to the width (${language})`, () => {
    const messages = messagesIn(language);
    const overview = overviewLines(messages, 80).join("\n");
    for (const name of commandNames) {
      assert.ok(overview.includes(`  ${name} `), name);
      const lines = commandLines(name, messages, 80);
      for (const option of commandTable[name].options)
        assert.ok(
          lines.some((line) => line.includes(`--${option}`)),
          option,
        );
      for (const line of lines) assert.ok(displayWidth(line) <= 80, line);
    }
    assert.ok(groupLines("key", messages, 80).some((line) => line.startsWith("  key add ")));
  });
}

test("bash takes its completion script, and completes commands, options and choices", () => {
  const script = completionScript("bash", messagesIn("en"));
  const complete = (...words: string[]): string[] => {
    const call = `${script}\nCOMP_WORDS=(obhut ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _obhut; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-uec", call], { encoding: "utf8" }).trim().split("\n");
  };
  assert.deepEqual(complete("snap"), ["snapshots"]);
  assert.deepEqual(complete("backup", "--dat"), ["--data"]);
  assert.deepEqual(complete("ke"), ["key"]);
  assert.deepEqual(complete("key", "pas"), ["passwd"]);
  assert.deepEqual(complete("key", "add", "--new-password-f"), ["--new-password-file"]);
  assert.deepEqual(complete("completion", "fi"), ["fish"]);
  assert.deepEqual(complete("backup", "--lang", "d"), ["de"]);
});

test("the other shells' scripts name every command", () => {
  for (const shell of ["zsh", "fish"] as const) {
    const script = completionScript(shell, messagesIn("de"));
    for (const word of commandNames.flatMap((name) => name.split(" ")))
      assert.match(script, new RegExp(`\\b${word}\\b`));
  }
});
