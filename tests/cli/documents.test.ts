/** docs/cli.md and docs/json.md name everything the program has, in both languages. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { commandNames, commandTable, optionTable } from "../../src/cli/option-table.ts";
import { cheapenKey } from "../support/cheap-keys.ts";
import { unpackFixture } from "../support/fixture.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { type JsonLine, obhut } from "./run-obhut.ts";

const docs = path.resolve(import.meta.dirname, "../../docs");

for (const file of ["cli.md", "de/cli.md"]) {
  test(`${file} names every command and option`, async () => {
    const text = await readFile(path.join(docs, file), "utf8");
    for (const name of commandNames) assert.match(text, new RegExp(`\`obhut ${name}[ \`]`), name);
    const told = new Set([...text.matchAll(/(?<!-)--([a-z][a-z-]+)/g)].map((match) => match[1] ?? ""));
    const known = new Set(Object.keys(optionTable));
    for (const name of known) assert.ok(told.has(name), `--${name} is not in ${file}`);
    for (const name of told) assert.ok(known.has(name), `${file} names --${name}, which is no option`);
  });
}

test("every option belongs to a command", () => {
  const used = new Set(commandNames.flatMap((name) => commandTable[name].options));
  assert.deepEqual(
    Object.keys(optionTable).filter((name) => !(used as Set<string>).has(name)),
    [],
  );
});

test("docs/json.md names every type and field of what the program prints", async () => {
  await using fixture = await unpackFixture();
  await using folder = await tempFolder("cli-json");
  const env = { OBHUT_PASSWORD: "x", OBHUT_REPOSITORY: path.join(folder.path, "r") };
  const json = async (...words: string[]): Promise<readonly JsonLine[]> =>
    (await obhut([...words, "--json"], { env })).json;
  const target = path.join(folder.path, "out");
  const made = await json("init");
  await cheapenKey(env.OBHUT_REPOSITORY, env.OBHUT_PASSWORD);
  const lines = [
    ...made,
    ...(await json("backup", "--data", fixture.dataDir)),
    ...(await json("backup", "--data", fixture.dataDir, "--to", env.OBHUT_REPOSITORY, "--to", "/nonexistent/x")),
    ...(await json("snapshots")),
    ...(await json("ls", "latest")),
    ...(await json("restore", "latest", "--target", target)),
    ...(await json("restore", "latest", "--target", target)),
    ...(await json("init", "--to", path.join(folder.path, "second"))),
    ...(await json("copy", "--from-repository", env.OBHUT_REPOSITORY, "--to", path.join(folder.path, "second"))),
    ...(await json("rewrite", "--exclude", "nothing*", "--new-host", "elsewhere", "--dry-run")),
    ...(await json("check", "--read-data")),
    ...(await json("tag", "--add", "kept")),
    ...(await json("forget", "--keep-last", "1", "--prune")),
    ...(await json("prune")),
    ...(await json("inspect", fixture.dataDir)),
    ...(await json("stats")),
    ...(await json("diff", "latest", "latest")),
    ...(await json("find", "webui.db")),
    ...(await json("destination", "test")),
    ...(await json("unlock")),
    ...(await json("version")),
  ];
  const types = new Set(lines.map(({ type }) => type));
  const documented = await Promise.all(
    ["json.md", "de/json.md"].map((file) => readFile(path.join(docs, file), "utf8")),
  );
  const expected = [
    "copied",
    "decision",
    "error",
    "exit_error",
    "finding",
    "growth",
    "match",
    "node",
    "part",
    "plan",
    "rewritten",
    "snapshot",
    "stats",
    "status",
    "step",
    "summary",
    "table",
    "tagged",
  ];
  assert.deepEqual([...types].sort(), expected);
  for (const line of lines) {
    for (const field of Object.keys(line)) {
      for (const text of documented)
        assert.match(text, new RegExp(`[\`"]${field}[\`"]`), `${line.type} has ${field}: ${JSON.stringify(line)}`);
    }
  }
});
