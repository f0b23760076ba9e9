/** `obhut inspect` and `obhut start` (npm start) as a newcomer meets them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { fixtureFacts, unpackFixture } from "../support/fixture.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { obhut } from "./run-obhut.ts";

test("inspect names parts, sizes and counts, the rows of the WAL among them", async () => {
  await using fixture = await unpackFixture();
  const names = await readdir(fixture.dataDir, { recursive: true });
  const { code, json, stderr } = await obhut(["inspect", fixture.dataDir, "--json"]);
  assert.equal(code, 0, stderr);
  const tables = Object.fromEntries(json.filter(({ type }) => type === "table").map(({ name, rows }) => [name, rows]));
  for (const [table, rows] of Object.entries(fixtureFacts.rows)) assert.equal(tables[table], rows, table);
  assert.equal(tables["collections"], fixtureFacts.collections);
  assert.equal(tables["embeddings"], fixtureFacts.embeddings);
  const parts = new Map(json.filter(({ type }) => type === "part").map((part) => [part["path"], part]));
  assert.equal(parts.get("cache/embedding")?.["captured"], false);
  assert.equal(parts.get("audit.log")?.["captured"], false);
  assert.equal(parts.get("webui.db")?.["meaning"], "database");
  assert.equal(json.at(-1)?.["schema"], fixtureFacts.schemaRevision);
  const german = await obhut(["inspect", "--data", fixture.dataDir, "--lang", "de"]);
  assert.match(german.text, / 394 {2}Nachrichten in Chats\n/);
  assert.match(german.text, /audit\.log .*\(nicht erfasst\)/);
  assert.deepEqual(await readdir(fixture.dataDir, { recursive: true }), names);
});

test("inspect of a folder that is no data directory is an error", async () => {
  await using folder = await tempFolder("cli-inspect");
  const none = await obhut(["inspect", folder.path]);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /webui\.db/);
});

/** No docker program answers: what runs on the machine of the test does not matter. */
async function withoutDocker(folder: string): Promise<Record<string, string>> {
  const bin = path.join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(bin, "docker"), "#!/bin/sh\nexit 1\n");
  await chmod(path.join(bin, "docker"), 0o755);
  return { PATH: `${bin}:${process.env["PATH"]}` };
}

test("start makes a sample where there is nothing, and goes on with its repository", async () => {
  await using folder = await tempFolder("cli-start");
  const env = await withoutDocker(folder.path);
  const first = await obhut(["start"], { cwd: folder.path, env });
  assert.equal(first.code, 0, first.stderr);
  const lines = first.text.trimEnd().split("\n");
  assert.equal(lines.length, 10, first.text);
  assert.match(lines[0] ?? "", /^Found no Open WebUI here, so made a sample instance in \.\/obhut\/sample\/data\.$/);
  assert.match(first.text, /Its password is in \.\/obhut\/password\./);
  assert.equal((await stat(path.join(folder.path, "obhut/password"))).mode & 0o777, 0o600);
  const password = (await readFile(path.join(folder.path, "obhut/password"), "utf8")).trim();
  assert.ok(password.length >= 24 && !first.text.includes(password));

  const second = await obhut(["start", "--json"], { cwd: folder.path, env });
  assert.equal(second.code, 0, second.stderr);
  const summary = second.json.at(-1);
  assert.equal(summary?.["newRepository"], false);
  assert.equal(summary?.["databases"], 2);
  assert.deepEqual((await readdir(path.join(folder.path, "obhut"))).sort(), ["password", "repository", "sample"]);
});

test("the commands that start prints do what they say", async () => {
  await using folder = await tempFolder("cli-start-next");
  const env = await withoutDocker(folder.path);
  const { text } = await obhut(["start"], { cwd: folder.path, env });
  const commands = text.split("\n").filter((line) => /^ {2}\S+\/bin\/obhut /.test(line));
  assert.equal(commands.length, 3);
  for (const command of commands) {
    const words = command.trim().replace(/ +#.*/, "").split(" ").slice(1);
    const done = await obhut(words, { cwd: folder.path, env });
    assert.equal(done.code, 0, `${command}\n${done.stderr}`);
  }
  assert.ok((await readdir(path.join(folder.path, "restored"))).includes("webui.db"));
});

test("start takes the folder it is given, and the one of $DATA_DIR", async () => {
  await using fixture = await unpackFixture();
  await using folder = await tempFolder("cli-start-given");
  const given = await obhut(["start", fixture.dataDir, "--json"], { cwd: folder.path });
  assert.equal(given.code, 0, given.stderr);
  assert.equal(given.json.at(-1)?.["found"], "given");
  assert.equal((given.json.at(-1)?.["counts"] as Record<string, number> | undefined)?.["file"], fixtureFacts.rows.file);
  const named = await obhut(["start", "--json"], { cwd: folder.path, env: { DATA_DIR: fixture.dataDir } });
  assert.equal(named.json.at(-1)?.["found"], "environment");
  const wrong = await obhut(["start", folder.path], { cwd: folder.path });
  assert.equal(wrong.code, 1);
});

test("start finds a container's data directory, and its key goes into the snapshot", async () => {
  await using fixture = await unpackFixture();
  await using folder = await tempFolder("cli-start-docker");
  const env = await withoutDocker(folder.path);
  const inspected = [
    {
      Name: "/webui",
      State: { Running: true },
      Config: { Image: "ghcr.io/open-webui/open-webui:main", Env: [`WEBUI_SECRET_KEY=${fixtureFacts.secretKey}`] },
      Mounts: [{ Destination: fixtureFacts.dataPath, Source: fixture.dataDir }],
    },
  ];
  await writeFile(path.join(folder.path, "inspected.json"), JSON.stringify(inspected));
  const program = `#!/bin/sh\ncase $1 in ps) echo 0a1b2c ;; inspect) cat '${folder.path}/inspected.json' ;; esac\n`;
  await writeFile(path.join(folder.path, "bin/docker"), program);
  const { code, json, stderr } = await obhut(["start", "--json"], { cwd: folder.path, env });
  assert.equal(code, 0, stderr);
  const summary = json.at(-1);
  assert.equal(summary?.["found"], "docker");
  assert.equal(summary?.["container"], "webui");
  assert.equal(
    json.find(({ type }) => type === "finding"),
    undefined,
  );
  const secret = ["dump", String(summary?.["snapshot"]), "/open-webui/secrets/WEBUI_SECRET_KEY"];
  const read = ["-r", "./obhut/repository", "-p", "./obhut/password"];
  assert.equal((await obhut([...secret, ...read], { cwd: folder.path, env })).text, fixtureFacts.secretKey);
});

test("of a container that is stopped, backup finds environment and key by itself: what start prints is complete", async () => {
  await using fixture = await unpackFixture();
  await using folder = await tempFolder("cli-stopped-docker");
  const env = await withoutDocker(folder.path);
  const inspected = [
    {
      Name: "/webui",
      State: { Running: false },
      // As the image has it: the variable is set, to nothing.
      Config: { Image: "ghcr.io/open-webui/open-webui:main", Env: ["WEBUI_SECRET_KEY=", "VECTOR_DB=qdrant"] },
      Mounts: [{ Destination: fixtureFacts.dataPath, Source: fixture.dataDir }],
    },
  ];
  await writeFile(path.join(folder.path, "inspected.json"), JSON.stringify(inspected));
  await writeFile(path.join(folder.path, ".webui_secret_key"), "made in the container\n");
  const cp = `[ "$3" = webui:/app/backend/.webui_secret_key ] && tar -c -C '${folder.path}' .webui_secret_key`;
  const answers = `ps) echo 0a1b2c ;; inspect) cat '${folder.path}/inspected.json' ;; cp) ${cp} ;;`;
  await writeFile(path.join(folder.path, "bin/docker"), `#!/bin/sh\ncase $1 in ${answers} esac\n`);
  const started = await obhut(["start"], { cwd: folder.path, env });
  const [command = ""] = started.text.split("\n").filter((line) => /^ {2}\S+\/bin\/obhut backup /.test(line));
  const words = command.trim().replace(/ +#.*/, "").split(" ").slice(1);
  const { code, json, stderr } = await obhut([...words, "--json"], { cwd: folder.path, env });
  assert.equal(code, 3, stderr);
  assert.deepEqual(
    json.flatMap(({ type, code: found }) => (type === "finding" ? [found] : [])),
    ["VECTORS_NOT_COVERED"],
  );
  assert.deepEqual(json.at(-1)?.["keysSeen"], [".webui_secret_key"]);
  const read = ["/open-webui/secrets/.webui_secret_key", "-r", "./obhut/repository", "-p", "./obhut/password"];
  assert.equal((await obhut(["dump", "latest", ...read], { cwd: folder.path, env })).text, "made in the container\n");
  const looked = await obhut(["inspect", fixture.dataDir, "--json"], { env });
  assert.deepEqual(looked.json.at(-1)?.["keysSeen"], [".webui_secret_key"]);
});

test("what restic stored is listed and restored as it is", async () => {
  const restic = process.env["OBHUT_TEST_RESTIC"] ?? "restic";
  await using folder = await tempFolder("cli-restic");
  const env = { RESTIC_PASSWORD: "shared", RESTIC_REPOSITORY: path.join(folder.path, "r") };
  const run = promisify(execFile);
  const resticEnv = { env: { ...process.env, ...env, RESTIC_CACHE_DIR: path.join(folder.path, "cache") } };
  await mkdir(path.join(folder.path, "src/inner"), { recursive: true });
  await writeFile(path.join(folder.path, "src/inner/file"), "from restic");
  await run(restic, ["init"], resticEnv);
  await run(restic, ["backup", path.join(folder.path, "src"), "--host", "nas", "--tag", "t"], resticEnv);
  const listed = await obhut(["snapshots"], { env });
  assert.match(listed.text, /nas .* t .*\/src/);
  const target = path.join(folder.path, "out");
  const restored = await obhut(["restore", "latest", "--target", target], { env });
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(await readFile(path.join(target, folder.path, "src/inner/file"), "utf8"), "from restic");
  assert.doesNotMatch(restored.text, /docker run/);
});
