/** The main path through the real program, on the data directory of a real Open WebUI that was caught while it ran. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { makeRepository } from "../support/cheap-keys.ts";
import { fixtureFacts, type UnpackedFixture, unpackFixture } from "../support/fixture.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { listTree } from "../support/tree-listing.ts";
import { type JsonLine, type ObhutRun, obhut } from "./run-obhut.ts";

let fixture: UnpackedFixture;
let folder: TempFolder;
let repository: string;

before(async () => {
  fixture = await unpackFixture();
  folder = await tempFolder("cli");
  repository = path.join(folder.path, "repository");
  await makeRepository(repository, env.OBHUT_PASSWORD);
});

after(async () => {
  await fixture[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const env = { OBHUT_PASSWORD: "one password", OBHUT_INSTANCE: "fixture" };

async function run(...words: string[]): Promise<ObhutRun> {
  return await obhut(words, { env, cwd: folder?.path ?? "." });
}

function summaryOf({ json }: ObhutRun): JsonLine {
  const last = json.at(-1);
  assert.ok(last?.type === "summary", JSON.stringify(json.at(-1)));
  return last;
}

function rowsIn(database: string): Record<string, number> {
  using db = new DatabaseSync(new URL(`file://${database}?immutable=1`), { readOnly: true });
  const tables = Object.keys(fixtureFacts.rows);
  return Object.fromEntries(
    tables.map((table) => [table, Number(db.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.["n"])]),
  );
}

/** Names, sizes, times, modes and content of everything below a folder. */
async function fingerprint(root: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(root, { recursive: true })).sort()) {
    const info = await stat(path.join(root, name));
    hash.update(`${name}\0${info.size}\0${info.mtimeMs}\0${info.ctimeMs}\0${info.mode}\0`);
    if (info.isFile()) hash.update(await readFile(path.join(root, name)));
  }
  return hash.digest("hex");
}

test("--dry-run says what a backup would do, and writes nothing anywhere", async () => {
  const before = [await fingerprint(repository), await fingerprint(fixture.dataDir)];
  const dry = await run("backup", "--data", fixture.dataDir, "-r", repository, "--dry-run", "--json");
  assert.equal(dry.code, 0, dry.stderr + dry.text);
  assert.equal(summaryOf(dry)["dryRun"], true);
  assert.ok(Number(summaryOf(dry)["files"]) > 80);
  assert.deepEqual([await fingerprint(repository), await fingerprint(fixture.dataDir)], before);
  assert.equal(summaryOf(await run("snapshots", "-r", repository, "--json"))["snapshots"], 0);
});

test("a backup and its restore have every row, those of the WAL too", async () => {
  const source = await fingerprint(fixture.dataDir);
  const backup = await run("backup", "--data", fixture.dataDir, "-r", repository, "--tag", "first", "--json");
  assert.equal(backup.code, 0, backup.stderr + backup.text);
  assert.equal(await fingerprint(fixture.dataDir), source);
  const summary = summaryOf(backup);
  assert.equal(summary["instance"], "fixture");
  for (const [table, rows] of Object.entries(fixtureFacts.rows)) {
    assert.equal((summary["counts"] as Record<string, number>)[table], rows, table);
  }

  const target = path.join(folder.path, "restored");
  const restored = await run("restore", "latest", "-r", repository, "--target", target, "--json");
  assert.equal(restored.code, 0, restored.stderr + restored.text);
  assert.deepEqual(rowsIn(path.join(target, "webui.db")), fixtureFacts.rows);
  assert.notDeepEqual(rowsIn(path.join(fixture.dataDir, "webui.db")), fixtureFacts.rows);
  const names = await readdir(target);
  assert.deepEqual(
    names.filter((name) => /-(wal|shm|journal)$/.test(name)),
    [],
  );
  const done = summaryOf(restored);
  assert.equal(done["databases"], 2);
  assert.equal(done["verifiedFiles"], done["files"]);
  for (const name of await readdir(path.join(fixture.dataDir, "uploads"))) {
    const [from, to] = [fixture.dataDir, target].map((root) => path.join(root, "uploads", name));
    assert.deepEqual(await readFile(to ?? ""), await readFile(from ?? ""), name);
  }
  const warned = restored.json.find(({ code }) => code === "DATA_PATH_DIFFERS");
  assert.deepEqual(warned?.["params"], { rows: fixtureFacts.dataPath, target });
});

test("a second backup builds on the first one and reads next to nothing", async () => {
  const again = await run("backup", "--data", fixture.dataDir, "-r", repository, "--json");
  const summary = summaryOf(again);
  const [destination] = summary["destinations"] as Record<string, unknown>[];
  assert.match(String(destination?.["parent"]), /^[0-9a-f]{64}$/);
  assert.ok(Number(destination?.["bytesAdded"]) < 100_000, String(destination?.["bytesAdded"]));
});

test("a target that is not empty is refused, and taken with --overwrite", async () => {
  const target = path.join(folder.path, "taken");
  await mkdir(path.join(target, "uploads"), { recursive: true });
  await writeFile(path.join(target, "mine.txt"), "mine");
  const refused = await run("restore", "latest", "-r", repository, "--target", target, "--json");
  assert.equal(refused.code, 1);
  assert.equal(refused.json.at(-1)?.["code"], "TARGET_NOT_EMPTY");
  assert.deepEqual((await readdir(target)).sort(), ["mine.txt", "uploads"]);
  const taken = await run("restore", "latest", "-r", repository, "--target", target, "--overwrite");
  assert.equal(taken.code, 0, taken.stderr);
  assert.equal(await readFile(path.join(target, "mine.txt"), "utf8"), "mine");
  assert.deepEqual(rowsIn(path.join(target, "webui.db")), fixtureFacts.rows);
});

test("a restore over an older instance leaves nothing of its log behind", async () => {
  await using older = await unpackFixture();
  const over = await run("restore", "latest", "-r", repository, "--target", older.dataDir, "--overwrite", "--json");
  assert.equal(over.code, 0, over.stderr + over.text);
  const names = await readdir(older.dataDir);
  assert.deepEqual(
    names.filter((name) => name.startsWith("webui.db")),
    ["webui.db"],
  );
  assert.ok(names.includes("audit.log"), "what the snapshot does not have stays");
  assert.deepEqual(rowsIn(path.join(older.dataDir, "webui.db")), fixtureFacts.rows);
});

test("a restore over a folder that an app has open is refused", async () => {
  const target = path.join(folder.path, "in-use");
  assert.equal((await run("restore", "latest", "-r", repository, "--target", target)).code, 0);
  const script =
    "import sqlite3,sys,time; c=sqlite3.connect(sys.argv[1]); c.execute('select 1 from user').fetchall(); print('open',flush=True); time.sleep(60)";
  const app = spawn("python3", ["-c", script, path.join(target, "webui.db")], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(app.stdout, "data");
    const refused = await run("restore", "latest", "-r", repository, "--target", target, "--overwrite", "--json");
    assert.equal(refused.code, 1);
    assert.equal(refused.json.at(-1)?.["code"], "TARGET_IN_USE");
  } finally {
    app.kill();
  }
});

test("restore --dry-run writes nothing", async () => {
  const target = path.join(folder.path, "never");
  const dry = await run("restore", "latest", "-r", repository, "--target", target, "--dry-run", "--json");
  assert.equal(dry.code, 0, dry.stderr);
  assert.ok(Number(summaryOf(dry)["bytes"]) > 1_000_000);
  assert.ok(!(await readdir(folder.path)).includes("never"));
});

test("a damaged snapshot matters where it might be the one that is meant, and nowhere else", async () => {
  const good = String(
    (await run("snapshots", "-r", repository, "--json")).json.find(({ type }) => type === "snapshot")?.["id"],
  );
  const damaged = path.join(repository, "snapshots", (good.startsWith("0") ? "1" : "0").repeat(64));
  await writeFile(damaged, "no snapshot");
  try {
    const to = (name: string) => ["-r", repository, "--target", path.join(folder.path, name), "--dry-run", "--json"];
    const byId = await run("restore", good.slice(0, 8), ...to("by-id"));
    assert.equal(byId.code, 0, byId.stderr + byId.text);
    assert.ok(byId.json.some(({ code }) => code === "OTHER_SNAPSHOT_DAMAGED"));
    const latest = await run("restore", "latest", ...to("latest"));
    assert.equal(latest.code, 3, latest.stderr + latest.text);
    assert.ok(latest.json.some(({ code }) => code === "SNAPSHOT_DAMAGED"));
    const itself = await run("restore", path.basename(damaged).slice(0, 8), ...to("itself"));
    assert.equal(itself.code, 1);
    assert.ok(itself.json.some(({ code }) => code === "OBJECT_DAMAGED"));
  } finally {
    await rm(damaged);
  }
});

test("--no-verify brings back the same, and claims nothing that was not looked at", async () => {
  const [proven, quick] = ["proven", "quick"].map((name) => path.join(folder.path, name)) as [string, string];
  assert.equal((await run("restore", "latest", "-r", repository, "--target", proven)).code, 0);
  const restored = await run("restore", "latest", "-r", repository, "--target", quick, "--no-verify", "--json");
  assert.equal(restored.code, 0, restored.stderr + restored.text);
  const { verifiedFiles, databases, counts, pathInRows } = summaryOf(restored);
  assert.deepEqual([verifiedFiles, databases], [0, 0]);
  assert.equal((counts as Record<string, number>)["chat"], fixtureFacts.rows["chat"]);
  assert.ok(String(pathInRows).startsWith("/"));
  assert.deepEqual(await listTree(quick), await listTree(proven));
  const again = await run("restore", "latest", "-r", repository, "--target", `${quick}-again`, "--no-verify");
  assert.match(again.text, /Verified: +not read back, as asked/);
});

test("parts and patterns choose what is restored", async () => {
  const target = path.join(folder.path, "parts");
  assert.equal(
    (await run("restore", "latest", "-r", repository, "--target", target, "--part", "database,uploads")).code,
    0,
  );
  assert.deepEqual((await readdir(target)).sort(), ["uploads", "webui.db"]);
  await rm(target, { recursive: true });
  const without = ["--part", "rest,vectors", "--exclude", "chroma.sqlite3"];
  assert.equal((await run("restore", "latest", "-r", repository, "--target", target, ...without)).code, 0);
  const names = await readdir(target, { recursive: true });
  assert.ok(names.includes("cache") && names.includes("vector_db"));
  assert.ok(!names.includes("uploads") && !names.includes("webui.db") && !names.includes("vector_db/chroma.sqlite3"));
});

test("a pattern that matches nothing does not look like a restore", async () => {
  for (const more of [["--dry-run"], []]) {
    const target = path.join(folder.path, "nothing");
    const words = ["restore", "latest", "-r", repository, "--target", target, "--include", "*.nosuch", ...more];
    const { code, stderr } = await run(...words);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /Nothing in the snapshot matches/);
  }
});

test("--data-path points the rows to where the app will see the folder", async () => {
  const target = path.join(folder.path, "moved");
  const moved = await run(
    "restore",
    "latest",
    "-r",
    repository,
    "--target",
    target,
    "--data-path",
    "/srv/webui",
    "--json",
  );
  assert.equal(moved.code, 0, moved.stderr);
  assert.equal(summaryOf(moved)["rewrittenPaths"], fixtureFacts.rows.file);
  using db = new DatabaseSync(new URL(`file://${target}/webui.db?immutable=1`), { readOnly: true });
  for (const { path: row } of db.prepare("SELECT path FROM file").all())
    assert.match(String(row), /^\/srv\/webui\/uploads\//);
});

test("ls and dump show what is stored, byte for byte", async () => {
  const listing = await run("ls", "latest", "/open-webui/data/uploads", "-r", repository, "--json");
  const nodes = listing.json.filter(({ type }) => type === "node");
  assert.equal(nodes.length, (await readdir(path.join(fixture.dataDir, "uploads"))).length);
  for (const { path: stored } of nodes.slice(0, 3)) {
    const dumped = await run("dump", "latest", String(stored), "-r", repository);
    const original = path.join(fixture.dataDir, String(stored).replace("/open-webui/data/", ""));
    assert.equal(dumped.code, 0, dumped.stderr);
    assert.deepEqual(dumped.stdout, await readFile(original));
    assert.equal(dumped.stderr, "");
  }
  const missing = await run("dump", "latest", "/open-webui/data/nope", "-r", repository);
  assert.equal(missing.code, 1);
  assert.equal(missing.stdout.length, 0);
});

test("snapshots are found by id, latest and time, and an ambiguous name is refused", async () => {
  const list = await run("snapshots", "-r", repository, "--json");
  const snapshots = list.json.filter(({ type }) => type === "snapshot");
  const [first, second] = snapshots;
  assert.equal(snapshots.length, 2);
  assert.deepEqual(first?.["tags"], ["first"]);
  assert.equal((await run("ls", String(first?.["id"]).slice(0, 10), "-r", repository)).code, 0);
  assert.equal((await run("ls", "@2099-01-01T00:00", "-r", repository)).code, 0);
  assert.equal((await run("ls", "@2001-01-01", "-r", repository)).code, 1);
  assert.equal((await run("ls", "ffffffffff", "-r", repository)).code, 1);
  const tagged = await run("snapshots", "-r", repository, "--tag", "first", "--json");
  assert.equal(summaryOf(tagged)["snapshots"], 1);
  assert.notEqual(first?.["id"], second?.["id"]);

  const other = await run(
    "backup",
    "--data",
    fixture.dataDir,
    "-r",
    repository,
    "--instance",
    "other",
    "--part",
    "rest",
    "--json",
  );
  assert.equal(other.code, 0, other.stderr);
  const ambiguous = await run("ls", "latest", "-r", repository, "--json");
  assert.equal(ambiguous.code, 1);
  assert.equal(ambiguous.json.at(-1)?.["code"], "SEVERAL_INSTANCES");
  assert.equal((await run("ls", "latest", "-r", repository, "--instance", "other")).code, 0);
  const unknown = await run("ls", "latest", "-r", repository, "--instance", "nobody");
  assert.match(unknown.stderr, /^error: No snapshot of the instance nobody matches latest\./);
  const noTime = await run("ls", "@yesterday", "-r", repository, "--lang", "de");
  assert.match(noTime.stderr, /^Fehler: @yesterday ist keine Zeitangabe/);
  const folderDumped = await run("dump", "latest", "/open-webui/data", "-r", repository, "--instance", "other");
  assert.match(folderDumped.stderr, /is no file in the snapshot, but of type dir/);
});

test("keys go into the snapshot, never onto the screen, and come back on request", async () => {
  const envFile = path.join(folder.path, "webui.env");
  await writeFile(envFile, `WEBUI_SECRET_KEY=${fixtureFacts.secretKey}\n`);
  const backup = await run("backup", "--data", fixture.dataDir, "-r", repository, "--env-file", envFile, "--json");
  assert.equal(backup.code, 0, backup.stderr);
  const { snapshot } = (summaryOf(backup)["destinations"] as Record<string, unknown>[])[0] ?? {};
  const target = path.join(folder.path, "with-keys");
  const secrets = path.join(folder.path, "keys");
  const restored = await run("restore", String(snapshot), "-r", repository, "--target", target, "--secrets", secrets);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(await readFile(path.join(secrets, "WEBUI_SECRET_KEY"), "utf8"), fixtureFacts.secretKey);
  assert.equal((await stat(secrets)).mode & 0o777, 0o700);
  assert.equal((await stat(path.join(secrets, "WEBUI_SECRET_KEY"))).mode & 0o077, 0);
  assert.match(restored.text, /KEY="\$\(cat .*" && docker run .*-e WEBUI_SECRET_KEY="\$KEY" /);
  assert.doesNotMatch(
    backup.text + backup.stderr + restored.text + restored.stderr,
    new RegExp(fixtureFacts.secretKey),
  );
});

test("files of the deployment go into the snapshot byte for byte, and never onto the screen", async () => {
  const env = path.join(folder.path, "stack", ".env");
  await mkdir(path.dirname(env));
  await writeFile(env, "OPENAI_API_KEY=sk-geheim\r\n");
  await writeFile(path.join(folder.path, "compose.yaml"), "services: {}\n");
  await symlink("../compose.yaml", path.join(folder.path, "stack", "compose.yaml"));
  const named = ["compose.yaml", "stack/.env", "stack/compose.yaml"].flatMap((file) => ["--deployment-file", file]);
  const backup = await run("backup", "--data", fixture.dataDir, "-r", repository, "--instance", "deployed", ...named);
  assert.equal(backup.code, 0, backup.stderr);
  const from = ["latest", "-r", repository, "--instance", "deployed"];
  const listed = await run("ls", ...from.toSpliced(1, 0, "/open-webui/deployment"), "--json");
  const nodes = listed.json.filter(({ type }) => type === "node");
  assert.deepEqual(
    nodes.map(({ path: at, kind }) => [at, kind]),
    [".env", "compose.yaml", "compose.yaml.2"].map((name) => [`/open-webui/deployment/${name}`, "file"]),
  );
  const dumped = await run("dump", ...from.toSpliced(1, 0, "/open-webui/deployment/.env"));
  assert.deepEqual(dumped.stdout, await readFile(env));
  assert.doesNotMatch(backup.text + backup.stderr + listed.text + listed.stderr, /geheim/);
});

test("a file of the deployment that cannot be read ends the backup before anything is stored", async () => {
  const before = summaryOf(await run("snapshots", "-r", repository, "--json"))["snapshots"];
  for (const [file, word] of [
    ["no-such.yaml", /no-such\.yaml could not be read: .+ \(ENOENT\)/],
    ["stack", /stack is not a file/],
  ] as const) {
    const failed = await run("backup", "--data", fixture.dataDir, "-r", repository, "--deployment-file", file);
    assert.equal(failed.code, 1, failed.stderr);
    assert.match(failed.stderr, word);
  }
  const large = path.join(folder.path, "large.log");
  await writeFile(large, "");
  await truncate(large, 16 * 1024 * 1024 + 1);
  const failed = await run("backup", "--data", fixture.dataDir, "-r", repository, "--deployment-file", large);
  assert.match(failed.stderr, /large\.log is larger than 16 MiB/);
  assert.equal(summaryOf(await run("snapshots", "-r", repository, "--json"))["snapshots"], before);
});

test("what the app keeps elsewhere is said, and the exit code is 3", async () => {
  const envFile = path.join(folder.path, "postgres.env");
  await writeFile(envFile, "DATABASE_URL=postgresql://ada:geheim@db.example.org/webui\nWEBUI_SECRET_KEY=k\n");
  const backup = await run("backup", "--data", fixture.dataDir, "-r", repository, "--env-file", envFile, "--json");
  assert.equal(backup.code, 3, backup.stderr);
  assert.ok(backup.json.some(({ code }) => code === "DATABASE_NOT_COVERED"));
  assert.equal(summaryOf(backup)["incomplete"], true);
  assert.doesNotMatch(backup.text, /geheim/);
});

test("one reading feeds several repositories; one that fails does not keep the others from it", async () => {
  const second = path.join(folder.path, "second");
  assert.equal((await run("init", "-r", second)).code, 0);
  const to = ["--to", repository, "--to", second];
  const both = await run("backup", "--data", fixture.dataDir, ...to, "--json");
  assert.equal(both.code, 0, both.stderr);
  assert.equal((summaryOf(both)["destinations"] as unknown[]).length, 2);
  const gone = await run("backup", "--data", fixture.dataDir, ...to, "--to", "./nowhere", "--json");
  assert.equal(gone.code, 3, gone.stderr + gone.text);
  assert.equal(gone.json.find(({ type }) => type === "error")?.["code"], "REPOSITORY_MISSING");
  assert.equal(summaryOf(await run("snapshots", "-r", second, "--json"))["snapshots"], 2);
});

test("check finds nothing wrong, reads what it is told to, and finds a flipped byte", async () => {
  const plain = await run("check", "-r", repository, "--json");
  assert.equal(plain.code, 0, plain.text);
  assert.equal(summaryOf(plain)["packsRead"], 0);
  const all = summaryOf(await run("check", "-r", repository, "--read-data", "--json"));
  assert.equal(all["packsRead"], all["packs"]);
  const [pack] = (await readdir(path.join(repository, "data"), { recursive: true })).filter((name) => name.length > 60);
  const file = path.join(repository, "data", pack ?? "");
  const bytes = await readFile(file);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  await chmod(file, 0o600);
  await writeFile(file, bytes);
  const damaged = await run("check", "-r", repository, "--read-data", "--json");
  assert.equal(damaged.code, 3);
  assert.ok(damaged.json.some(({ code }) => code === "PACK_DAMAGED"));
  assert.ok(Number(summaryOf(damaged)["errors"]) > 0);
  assert.equal((await run("check", "-r", repository, "--read-data-subset", "5%", "--read-data")).code, 1);
});
