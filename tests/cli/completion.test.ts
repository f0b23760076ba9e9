/** The completion scripts in the shells that they are for: words are typed on a terminal, and completed by the tab key. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { tempFolder } from "../support/temp-folder.ts";
import { programOnTerminal } from "./on-terminal.ts";
import { obhut } from "./run-obhut.ts";

/** What is typed, and what the command then is given. */
const typed: readonly (readonly [line: string, words: string])[] = [
  ["bac\t--quie\t", "backup --quiet"],
  ["key a\t--new-password-f\t./sec\t", "key add --new-password-file ./secret.txt"],
  ["--lang d\tvers\t", "--lang de version"],
  ["--quiet snap\t--fro\t./rep\t", "--quiet snapshots --from ./repository/"],
  ["completion z\t", "completion zsh"],
  ["cat snap\t--instan\tx", "cat snapshot --instance x"],
  ["repair sn\t--forg\t", "repair snapshots --forget"],
  ["stats --mode restor\t", "stats --mode restore-size"],
  ["restore latest --targ\t./rep\t", "restore latest --target ./repository/"],
];

const showing = "GIVEN<";
const ready = "READY";

/** Each starts without anybody's own settings, loads `script`, and has in the program's place one that shows what it is given. */
const shells = {
  bash: {
    setUp: (script: string) => `source '${script}'; obhut() { echo "${showing}$*>"; }; PS1="${ready}"`,
    command: (file: string) => ["bash", "--noprofile", "--rcfile", file, "-i"],
  },
  zsh: {
    setUp: (script: string) =>
      `autoload -Uz compinit; compinit -D -u; source '${script}'; obhut() { echo "${showing}$*>"; }; PS1="${ready}"; unsetopt auto_remove_slash`,
    // It finds the file by its folder: $ZDOTDIR.
    command: () => ["zsh", "-d", "-i"],
  },
  fish: {
    setUp: (script: string) =>
      `source '${script}'; function obhut; echo "${showing}$argv>"; end; function fish_prompt; echo -n ${ready}; end`,
    command: (file: string) => ["fish", "--no-config", "-i", "-C", `source '${file}'`],
  },
} as const;

for (const shell of ["bash", "zsh", "fish"] as const) {
  test(`what is typed in ${shell} is completed, in both languages`, { timeout: 120_000 }, async () => {
    await using folder = await tempFolder(`completion-${shell}`);
    const at = (name: string): string => path.join(folder.path, name);
    await mkdir(at("repository"));
    await writeFile(at("secret.txt"), "");
    const { command, setUp } = shells[shell];
    await writeFile(at(".zshrc"), setUp(at("script")));
    for (const language of ["en", "de"]) {
      const { stdout, code } = await obhut(["completion", shell, "--lang", language]);
      assert.equal(code, 0);
      await writeFile(at("script"), stdout);
      const lines = typed.map(([line, words], nth) => ({ line: `obhut ${line}\r`, shown: `${showing}${words}`, nth }));
      const answers = [...lines, { line: "exit\r", nth: lines.length }].map(
        ({ line, nth }) => [lines[nth - 1]?.shown ?? ready, line] as const,
      );
      const env = { HOME: folder.path, ZDOTDIR: folder.path, XDG_CONFIG_HOME: at("config") };
      const run = await programOnTerminal(["env", "-C", folder.path, ...command(at(".zshrc"))], answers, env);
      const given = [...run.shown.matchAll(/GIVEN<(.*?) ?>/g)].map(([, words]) => words);
      assert.deepEqual(
        given,
        typed.map(([, words]) => words),
        run.shown,
      );
    }
  });
}
