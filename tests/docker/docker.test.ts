/**
 * Containers of a real Docker engine, found and captured while an app in them writes. The image is an empty one: the container sees this
 * machine's programs, read-only. The long tests install the engine.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type ObhutRun, obhut } from "../cli/run-obhut.ts";
import { type DockerEngine, dockerEngine } from "../support/docker-engine.ts";
import { fixtureFacts, unpackFixture } from "../support/fixture.ts";
import { tempFolder } from "../support/temp-folder.ts";

const root = path.resolve(import.meta.dirname, "../..");
const image = "open-webui:of-this-test";
const dataPath = fixtureFacts.dataPath;

test("an engine that does not answer is no instance", async () => {
  await using folder = await tempFolder("docker-none");
  const env = { DOCKER_HOST: `unix://${folder.path}/nobody` };
  const started = await obhut(["start", "--json"], { cwd: folder.path, env });
  assert.equal(started.code, 0, started.stderr);
  assert.equal(started.json.at(-1)?.["found"], "sample");
});

/** An image without a program; what it has is `dataDir` where the app looks for it. */
async function importImage(engine: DockerEngine, folder: string, dataDir?: string): Promise<void> {
  await mkdir(path.join(folder, "image/app/backend"), { recursive: true });
  if (dataDir !== undefined) await cp(dataDir, path.join(folder, "image", dataPath), { recursive: true });
  const archive = path.join(folder, "image.tar");
  await promisify(execFile)("tar", ["-c", "-f", archive, "-C", path.join(folder, "image"), "."]);
  await engine.docker("import", "--change", "ENV WEBUI_BUILD_VERSION=of-this-test", archive, image);
}

/** `mounts`: where the app's data lies. Resolves once the app has committed something. */
async function runApp(engine: DockerEngine, name: string, mounts: readonly string[], file = `${dataPath}/webui.db`) {
  const programs = ["/usr", "/lib", "/lib64", root].flatMap((folder) => ["--volume", `${folder}:${folder}:ro`]);
  const flags = ["--detach", "--network", "none", "--name", name, "--env", `WEBUI_SECRET_KEY=key of ${name}`];
  const node = path.join(root, "node_modules/.bin/node");
  await engine.docker(
    "run",
    ...flags,
    ...programs,
    ...mounts,
    image,
    node,
    path.join(import.meta.dirname, "writer-process.ts"),
    file,
  );
  await sleep(2000);
  assert.equal(
    await engine.docker("inspect", "--format", "{{.State.Running}}", name),
    "true",
    await engine.docker("logs", name),
  );
}

function rowsIn(database: string): number {
  using opened = new DatabaseSync(database, { readOnly: true });
  assert.equal(opened.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
  return Number(opened.prepare("SELECT count(*) AS n FROM container_row").get()?.["n"]);
}

if (process.env["OBHUT_LONG"]) {
  test("a volume and a bind mount, running and stopped: data, key and how it was captured", async () => {
    await using folder = await tempFolder("docker");
    await using fixture = await unpackFixture();
    await using engine = await dockerEngine(path.join(folder.path, "engine"));
    await importImage(engine, folder.path);
    await engine.docker("volume", "create", "open-webui");
    const volume = await engine.docker("volume", "inspect", "--format", "{{.Mountpoint}}", "open-webui");
    await cp(fixture.dataDir, volume, { recursive: true, preserveTimestamps: true });

    const cwd = path.join(folder.path, "work");
    await mkdir(cwd);
    const call = (...words: string[]): Promise<ObhutRun> => obhut(words, { cwd, env: engine.env });
    const stored = ["-r", "./obhut/repository", "-p", "./obhut/password"];
    /** Starts, and restores what it stored: how webui.db was captured, and how many of the container's rows are in it. */
    const captured = async (
      container: string,
      dataDirectory: string,
    ): Promise<readonly [how: string, rows: number]> => {
      const started = await call("start", "--json");
      assert.equal(started.code, 0, started.stderr);
      const summary = started.json.at(-1);
      assert.equal(summary?.["found"], "docker");
      assert.equal(summary?.["container"], container);
      assert.equal(summary?.["dataDirectory"], dataDirectory);
      assert.deepEqual(
        started.json.filter(({ type }) => type === "finding"),
        [],
      );
      const snapshot = String(summary?.["snapshot"]);
      const dumped = async (file: string): Promise<string> =>
        (await call("dump", snapshot, `/open-webui/${file}`, ...stored)).text;
      assert.equal(await dumped("secrets/WEBUI_SECRET_KEY"), `key of ${container}`);
      const manifest = JSON.parse(await dumped("manifest.json")) as { databases: { path: string; how: string }[] };
      const target = path.join(folder.path, `restored-${snapshot}`);
      assert.equal((await call("restore", snapshot, "--target", target, ...stored)).code, 0);
      const how = manifest.databases.find(({ path: name }) => name === "webui.db")?.how ?? "";
      return [how, rowsIn(path.join(target, "webui.db"))];
    };

    await runApp(engine, "in-a-volume", ["--volume", `open-webui:${dataPath}`]);
    const [how, rows] = await captured("in-a-volume", volume);
    assert.equal(how, "live-wal");
    assert.ok(rows > 0);
    await engine.docker("stop", "in-a-volume");
    const [later, all] = await captured("in-a-volume", volume);
    assert.equal(later, "quiet");
    assert.ok(all > rows, `the app went on writing: ${rows}, then ${all}`);

    // The key that the image makes for itself lies in the container alone.
    const key = path.join(folder.path, "key");
    await writeFile(key, "made in the container");
    await engine.docker("cp", key, "in-a-volume:/app/backend/.webui_secret_key");
    const again = await call("backup", "--data", volume, "--json", ...stored);
    assert.deepEqual([again.code, again.json.at(-1)?.["keysSeen"]], [0, ["WEBUI_SECRET_KEY", ".webui_secret_key"]]);
    const kept = await call("dump", "latest", "/open-webui/secrets/.webui_secret_key", ...stored);
    assert.equal(kept.text, "made in the container");

    // A running one comes before one that was stopped.
    const bound = path.join(folder.path, "bound data");
    await cp(fixture.dataDir, bound, { recursive: true, preserveTimestamps: true });
    await runApp(engine, "bound", ["--volume", `${bound}:${dataPath}`]);
    assert.equal((await captured("bound", bound))[0], "live-wal");
  });

  test("data in the container itself: found and captured through its merged view, refused through its layer", async () => {
    await using folder = await tempFolder("docker-layer");
    await using fixture = await unpackFixture();
    await using engine = await dockerEngine(path.join(folder.path, "engine"));
    await importImage(engine, folder.path, fixture.dataDir);
    await runApp(engine, "no-volume", []);
    const place = async (name: string): Promise<string> =>
      `${await engine.docker("inspect", "--format", `{{.GraphDriver.Data.${name}}}`, "no-volume")}${dataPath}`;
    const cwd = path.join(folder.path, "work");
    await mkdir(cwd);
    const call = (...words: string[]): Promise<ObhutRun> => obhut(words, { cwd, env: engine.env });
    const started = await call("start", "--json");
    assert.equal(started.code, 0, started.stderr);
    assert.equal(started.json.at(-1)?.["container"], "no-volume");
    assert.equal(started.json.at(-1)?.["dataDirectory"], await place("MergedDir"));
    const stored = ["-r", "./obhut/repository", "-p", "./obhut/password"];
    const refused = await call("backup", "--data", await place("UpperDir"), ...stored);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /lies on overlay \(layer\), where file locks cannot be relied on/);
    assert.equal((await call("restore", "latest", "--target", "./restored", ...stored)).code, 0);
    assert.ok(rowsIn(path.join(cwd, "restored/webui.db")) > 0);
    // What ran in it is gone with the container; nothing shows its layer any more.
    await engine.docker("stop", "no-volume");
    assert.equal((await call("start", "--json")).json.at(-1)?.["found"], "sample");
  });
}
