import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { bareProject, type Launch, launch, type Told } from "./bare-project.ts";

function told({ stdout, stderr, code }: Launch): Told {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Told;
}

/** Set up by the first test, and again by those after it: Node alone is a hundred megabytes. */
let project: TempFolder;
let launcher: string;
before(async () => {
  project = await bareProject();
  launcher = path.join(project.path, "bin/obhut");
});
after(async () => await project?.[Symbol.asyncDispose]());

const installed = (name: string): string => path.join(project.path, "node_modules", name);

test("a fresh clone sets itself up once, however many start at the same time, and then just runs", async () => {
  const three = await Promise.all([1, 2, 3].map((nth) => launch(launcher, [`${nth}`])));
  assert.deepEqual(
    three.map((run) => told(run).args),
    [["1"], ["2"], ["3"]],
  );
  const left = await readdir(project.path);
  assert.ok(!left.some((name) => name.startsWith(".obhut-setup")), left.join(" "));
  // Development tools are not installed for somebody who only runs it.
  assert.ok(!(await readdir(path.join(project.path, "node_modules"))).includes("typescript"));

  const args = ["a b", "", "$HOME 'x' \"y\"", "two\nlines", "--env-file", "/none", "--", "-n", "é\u{1f600}"];
  const again = await launch(launcher, args, { cwd: "/usr" });
  assert.equal(again.stderr, "");
  assert.deepEqual(told(again), { args, cwd: "/usr", major: 26 });

  await using elsewhere = await tempFolder("links");
  await symlink(launcher, path.join(elsewhere.path, "first"));
  await symlink("first", path.join(elsewhere.path, "second link"));
  assert.deepEqual(told(await launch(path.join(elsewhere.path, "second link"), ["x"])).args, ["x"]);
  assert.deepEqual(told(await launch("./second link", ["y"], { cwd: elsewhere.path })).args, ["y"]);
  assert.equal((await launch(launcher, ["exit", "3"])).code, 3);
});

test("a clone that was set up before a library came is set up again", async () => {
  const { dependencies } = JSON.parse(await readFile(path.join(project.path, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    await rm(installed(name), { recursive: true });
    told(await launch(launcher, ["2"]));
    assert.ok((await readdir(installed(name))).includes("package.json"), name);
  }
});

test("a set-up that was killed does not stand in the way of the next", async () => {
  await rm(installed("lean-qr"), { recursive: true });
  await mkdir(path.join(project.path, ".obhut-setup"));
  // No process has this id: Linux gives none above 2^22.
  await writeFile(path.join(project.path, ".obhut-setup/pid"), "4194999\n");
  assert.deepEqual(told(await launch(launcher, ["x"])).args, ["x"]);
  assert.ok((await readdir(installed("lean-qr"))).includes("package.json"));
});

test("where npm is missing or fails, it says what to do, in the person's language", async () => {
  await using bare = await bareProject();
  const bareLauncher = path.join(bare.path, "bin/obhut");
  await using programs = await tempFolder("programs");
  const only = { PATH: programs.path };
  for (const name of ["sh", "uname", "readlink", "mkdir", "rm", "cat", "sleep", "tail"]) {
    await symlink(`/bin/${name}`, path.join(programs.path, name));
  }
  const missing = await launch(bareLauncher, ["x"], { env: only });
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /Install Node\.js with npm/);
  const german = await launch(bareLauncher, ["x"], { env: { ...only, OBHUT_LANG: "de" } });
  assert.match(german.stderr, /Node\.js mit npm installieren/);

  const npm = path.join(programs.path, "npm");
  await writeFile(npm, "#!/bin/sh\necho the registry is away\nexit 7\n");
  await chmod(npm, 0o755);
  const failing = await launch(bareLauncher, ["x"], { env: only });
  assert.equal(failing.code, 1);
  assert.match(failing.stderr, /the registry is away\nobhut: the set-up failed \(npm, exit 7\)/);
  assert.ok(!(await readdir(bare.path)).includes(".obhut-setup"));
});
