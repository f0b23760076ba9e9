/** The static checks see what they are there to see: each finds the fault planted for it, and nothing where there is none. */
import assert from "node:assert/strict";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { runCheck, staticChecks } from "../support/static-checks.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { root } from "./source-files.ts";

const main = 'import { greeting } from "../base/greeting.ts";\n\nconsole.log(greeting);\n';
const greeting = 'export const greeting = "hello";\n';

/** A project of two files under this project's configuration. */
async function smallProject(files: Readonly<Record<string, string>>): Promise<TempFolder> {
  const folder = await tempFolder("gates");
  for (const file of ["tsconfig.json", "biome.json", "knip.json"]) {
    await cp(path.join(root, file), path.join(folder.path, file));
  }
  const all = { "package.json": '{\n  "name": "small",\n  "type": "module"\n}\n', "src/cli/main.ts": main, ...files };
  for (const [file, text] of Object.entries({ "src/base/greeting.ts": greeting, ...all })) {
    await mkdir(path.dirname(path.join(folder.path, file)), { recursive: true });
    await writeFile(path.join(folder.path, file), text);
  }
  await symlink(path.join(root, "node_modules"), path.join(folder.path, "node_modules"));
  return folder;
}

/** What the checks that are called so find; default: all of them. */
async function failing(files: Readonly<Record<string, string>>, program?: string): Promise<string[]> {
  await using project = await smallProject(files);
  const failed: string[] = [];
  for (const check of staticChecks.filter(({ command }) => program === undefined || command[0] === program)) {
    const { code, output } = await runCheck(check, project.path);
    if (code !== 0) failed.push(`${check.command[0]}: ${output.match(/TS\d+|lint\/\w+\/\w+|Unused files/)?.[0]}`);
  }
  return failed;
}

test("a project without faults passes", async () => {
  assert.deepEqual(await failing({}), []);
});

test("a wrong type, an import cycle and a file that nothing uses are caught", async () => {
  const faults = {
    "src/base/greeting.ts": 'import "../cli/main.ts";\n\nexport const greeting: number = "hello";\n',
    "src/base/unused.ts": "export const nobody = 1;\n",
  };
  const found = ["tsc: TS2322", "biome: lint/suspicious/noImportCycles", "knip: Unused files"];
  assert.deepEqual(await failing(faults), found);
});

test("a promise that nobody awaits and a case left out are caught", async () => {
  const biome = async (file: string, text: string): Promise<string[]> => await failing({ [file]: text }, "biome");
  const floating = `${main}\nconst later = async (): Promise<void> => {};\nlater();\n`;
  assert.deepEqual(await biome("src/cli/main.ts", floating), ["biome: lint/nursery/noFloatingPromises"]);
  const cases = `${greeting}\ndeclare const kind: "a" | "b";\nswitch (kind) {\n  case "a":\n    break;\n}\n`;
  assert.deepEqual(await biome("src/base/greeting.ts", cases), ["biome: lint/nursery/useExhaustiveSwitchCases"]);
});
