import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  appendFile,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fixtureFacts, type UnpackedFixture, unpackFixture } from "../../tests/support/fixture.ts";
import { type TempFolder, tempFolder } from "../../tests/support/temp-folder.ts";
import { writeEntries } from "../../tests/support/write-entries.ts";
import { type BytePath, displayPath } from "../base/byte-path.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { isObhutError } from "../base/errors.ts";
import type { Finding } from "../base/finding-codes.ts";
import { captureInstance } from "./capture-instance.ts";
import type { Capture, CaptureOptions } from "./capture-options.ts";
import { type Manifest, manifestBytes, parseManifest, statesOf } from "./manifest.ts";

let unpacked: UnpackedFixture;
let work: TempFolder;
let dataDir: string;

before(async () => {
  unpacked = await unpackFixture();
});
after(() => unpacked[Symbol.asyncDispose]());
beforeEach(async () => {
  work = await tempFolder("capture");
  dataDir = join(work.path, "data");
  await cp(unpacked.dataDir, dataDir, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
});
afterEach(() => work[Symbol.asyncDispose]());

interface Taken {
  readonly findings: readonly Finding[];
  readonly manifest: Manifest;
  /** Below the snapshot's `/open-webui`. */
  readonly paths: ReadonlySet<string>;
  readonly out: string;
}

/** Half an hour ahead, so that what was just unpacked counts as old. */
const laterClock: Clock = { ...systemClock, nowMs: () => Date.now() + 1_800_000 };
let taken = 0;

async function capture(options: Partial<CaptureOptions> = {}): Promise<Taken> {
  const findings: Finding[] = [];
  const run = captureInstance({
    dataDir,
    clock: systemClock,
    programVersion: "0.0.0-test",
    scratchParent: work.path,
    patience: { databaseWaitMs: 2_000, segmentTries: 2 },
    lookForApp: false,
    onFinding: (found) => findings.push(found),
    ...options,
  });
  const out = join(work.path, `out-${taken++}`);
  const { entries, unread } = await writeEntries(run.entries, out);
  assert.deepEqual(unread, []);
  const paths = entries.map(({ path }) => displayPath(path).replace(/^\/open-webui\/?/, ""));
  assert.equal(new Set(paths).size, paths.length, "no path comes twice");
  assert.deepEqual(
    (await readdir(work.path)).filter((name) => name.startsWith("obhut-")),
    [],
    "no scratch is left",
  );
  return { findings, manifest: await run.manifest, paths: new Set(paths), out: join(out, "open-webui") };
}

/** For who consumes the entries otherwise. */
function begun(): Capture {
  return captureInstance({
    dataDir,
    clock: systemClock,
    programVersion: "0.0.0-test",
    scratchParent: work.path,
    lookForApp: false,
    onFinding: () => undefined,
  });
}

const codes = ({ findings }: Taken): readonly string[] => findings.map(({ code }) => code);

/** Every name with its kind, size, times and content. */
async function listing(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const found = await lstat(join(folder, name), { bigint: true });
    const hash = found.isFile()
      ? createHash("sha256")
          .update(await readFile(join(folder, name)))
          .digest("hex")
      : "";
    lines.push(`${name} ${found.mode} ${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino} ${hash}`);
  }
  return lines.join("\n");
}

test("the fixture is captured with the rows of its -wal, and left as it was", async () => {
  const before = await listing(dataDir);
  const result = await capture();
  assert.equal(await listing(dataDir), before);
  assert.deepEqual(codes(result), ["SECRET_KEY_NOT_SEEN"]);
  using db = new DatabaseSync(join(result.out, "data/webui.db"), { readOnly: true });
  for (const [table, rows] of Object.entries(fixtureFacts.rows)) {
    assert.equal(db.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.["n"], rows, table);
    assert.equal((result.manifest.counts as Record<string, number>)[table], rows, `manifest: ${table}`);
  }
  assert.equal(db.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
  const { vectors, schema, embedding, app } = result.manifest;
  assert.equal(vectors?.collections, fixtureFacts.collections);
  assert.equal(vectors?.embeddings, fixtureFacts.embeddings);
  assert.deepEqual(vectors?.segments, { whole: 1, unwritten: 17, torn: 0, orphaned: 0 });
  assert.equal(schema?.revision, fixtureFacts.schemaRevision);
  assert.deepEqual(embedding, { engine: "openai", model: "fake", dimensions: [384] });
  assert.deepEqual(app, { version: "0.12.0", certainty: "at-least" });
  assert.deepEqual(parseManifest(await readFile(join(result.out, "manifest.json"))), result.manifest);
});

test("files that nobody writes to are stored byte for byte", async () => {
  const { out } = await capture();
  for (const folder of ["uploads", "vector_db"]) {
    for (const name of await readdir(join(dataDir, folder), { recursive: true })) {
      if (!(await lstat(join(dataDir, folder, name))).isFile()) continue;
      assert.ok(
        (await readFile(join(out, "data", folder, name))).equals(await readFile(join(dataDir, folder, name))),
        name,
      );
    }
  }
});

test("what the app makes again is left out; all else is kept, whatever it is", async () => {
  await mkdir(join(dataDir, "cache/image/generations"), { recursive: true });
  await writeFile(join(dataDir, "cache/image/generations/a.png"), "image");
  await writeFile(join(dataDir, "cache/audio/speech/b.mp3"), "speech");
  await writeFile(join(dataDir, "l.data"), "licence");
  await writeFile(
    Buffer.concat([Buffer.from(`${dataDir}/b`), Buffer.from([0xff, 0xfe]), Buffer.from(".txt")]),
    "odd name",
  );
  await symlink("nowhere", join(dataDir, "dangling"));
  await mkdir(join(dataDir, "uploads/@eaDir"));
  const { paths } = await capture();
  for (const kept of ["data/cache/image/generations/a.png", "data/l.data", "data/b\\xff\\xfe.txt", "data/dangling"]) {
    assert.ok(paths.has(kept), kept);
  }
  for (const left of ["data/cache/audio/speech", "data/cache/embedding", "data/audit.log", "data/uploads/@eaDir"]) {
    assert.ok(!paths.has(left), left);
  }
  for (const side of ["-wal", "-shm", "-journal"]) assert.ok(!paths.has(`data/webui.db${side}`), side);
});

test("parts, excludes and the audit log are as asked for", async () => {
  const some = await capture({
    parts: new Set(["uploads", "rest"]),
    excludes: ["*.png", "cache/**"],
    includeAudit: true,
  });
  assert.ok(some.paths.has("data/audit.log"));
  assert.ok(!some.paths.has("data/webui.db") && !some.paths.has("data/vector_db"));
  assert.equal([...some.paths].filter((path) => path.startsWith("data/uploads/")).length, 14);
  assert.ok(![...some.paths].some((path) => path.startsWith("data/cache/")));
});

test("keys are stored byte for byte, and named but not shown in the manifest", async () => {
  const envFile = join(work.path, "app.env");
  await writeFile(
    envFile,
    "# keys\nexport WEBUI_SECRET_KEY='fixture secret'\nMFA_ENCRYPTION_KEY=abc=\nVECTOR_DB=chroma\n",
  );
  await writeFile(join(dataDir, ".webui_secret_key"), "from a file\n");
  const result = await capture({ envFile, deploymentFiles: [envFile] });
  assert.deepEqual(codes(result), []);
  const secret = (name: string) => readFile(join(result.out, "secrets", name), "utf8");
  assert.equal(await secret("WEBUI_SECRET_KEY"), "fixture secret");
  assert.equal(await secret("MFA_ENCRYPTION_KEY"), "abc=");
  assert.equal(await secret(".webui_secret_key"), "from a file\n");
  assert.equal(await secret("env-file"), await readFile(envFile, "utf8"));
  assert.ok(result.paths.has("deployment/app.env"));
  assert.deepEqual(result.manifest.keys.seen, ["WEBUI_SECRET_KEY", "MFA_ENCRYPTION_KEY", ".webui_secret_key"]);
  const manifest = Buffer.from(manifestBytes(result.manifest)).toString("utf8");
  for (const value of ["fixture secret", "abc=", "from a file"]) assert.ok(!manifest.includes(value), value);
});

test("parts that lie elsewhere are named, without passwords", async () => {
  const environment = new Map([
    ["DATABASE_URL", "postgresql://webui:hush@db.example:5432/webui"],
    ["VECTOR_DB", "qdrant"],
    ["STORAGE_PROVIDER", "s3"],
  ]);
  const result = await capture({ environment });
  assert.deepEqual(
    result.findings.slice(0, 3).map(({ code, params }) => [code, "store" in params ? params.store : ""]),
    [
      ["DATABASE_NOT_COVERED", "postgresql://db.example:5432/webui"],
      ["VECTORS_NOT_COVERED", "qdrant"],
      ["UPLOADS_NOT_COVERED", "s3"],
    ],
  );
  assert.ok(!JSON.stringify(result.findings).includes("hush"));
});

test("a missing webui.db is an error, unless the database is known to lie elsewhere", async () => {
  for (const name of ["webui.db", "webui.db-wal", "webui.db-shm"]) await rm(join(dataDir, name));
  await assert.rejects(capture(), (error) => isObhutError(error, "DATABASE_MISSING"));
  const result = await capture({ environment: new Map([["DATABASE_URL", "postgresql://db/webui"]]) });
  assert.ok(codes(result).includes("DATABASE_NOT_COVERED"));
  assert.ok(result.paths.has("data/vector_db/chroma.sqlite3"));
});

test("a corrupt and an encrypted webui.db are errors, and nothing is left behind", async () => {
  for (const name of ["webui.db-wal", "webui.db-shm"]) await rm(join(dataDir, name));
  await writeFile(join(dataDir, "webui.db"), "this is no database, whatever its name");
  await assert.rejects(capture(), (error) => isObhutError(error, "DATABASE_CORRUPT"));
  const noise = Buffer.concat(Array.from({ length: 2048 }, (_, i) => createHash("sha256").update(`${i}`).digest()));
  await writeFile(join(dataDir, "webui.db"), noise);
  await assert.rejects(capture(), (error) => isObhutError(error, "DATABASE_ENCRYPTED"));
  assert.deepEqual(
    (await readdir(work.path)).filter((name) => name.startsWith("obhut-")),
    [],
  );
});

test("cold, what lies still is captured, and any change meanwhile ends it", async () => {
  const still = await capture({ cold: true });
  assert.equal(still.manifest.mode, "cold");
  assert.equal(still.manifest.counts.file, fixtureFacts.rows.file);
  assert.ok(still.manifest.databases.every(({ how }) => how === "wal-replay" || how === "quiet"));
  const upload = join(dataDir, "uploads", (await readdir(join(dataDir, "uploads")))[0] ?? "");
  const changes: Readonly<Record<string, () => Promise<void>>> = {
    written: () => appendFile(upload, "more"),
    made: () => writeFile(join(dataDir, "new"), ""),
    renamed: () => rename(upload, `${upload}.renamed`),
    removed: () => rm(`${upload}.renamed`),
    log: () => appendFile(join(dataDir, "webui.db-wal"), "x"),
  };
  for (const [what, change] of Object.entries(changes)) {
    let changed = false;
    const parts = new Set(["database", "rest"] as const);
    const options = { dataDir, clock: systemClock, programVersion: "0.0.0-test", scratchParent: work.path, parts };
    const run = captureInstance({ ...options, cold: true, lookForApp: false, onFinding: () => undefined });
    const broken = (async () => {
      for await (const entry of run.entries) {
        if (!changed && entry.path === "/open-webui/data/webui.db") await change();
        changed ||= entry.path === "/open-webui/data/webui.db";
        entry.done?.({ kind: "read", bytes: 0 });
      }
    })();
    await assert.rejects(broken, (error) => isObhutError(error, "SOURCE_CHANGED"), what);
    assert.equal(changed, true);
  }
});

async function writtenSegment(): Promise<string> {
  for (const name of await readdir(join(dataDir, "vector_db"), { recursive: true })) {
    if (name.endsWith("/index_metadata.pickle")) return join(dataDir, "vector_db", name, "..");
  }
  throw new Error("the fixture has no written segment");
}

test("a torn segment is named, stored all the same, and looked at again next time", async () => {
  const segment = await writtenSegment();
  await truncate(join(segment, "link_lists.bin"), 5000);
  const result = await capture({ clock: laterClock });
  assert.deepEqual(codes(result), ["SECRET_KEY_NOT_SEEN", "SEGMENT_TORN"]);
  assert.equal(result.manifest.vectors?.tries, 2);
  const stored = [...result.paths].filter((path) => path.includes(segment.slice(-36)) && path.endsWith(".bin"));
  assert.equal(stored.length, 4);
  assert.ok(stored.every((path) => result.manifest.states[`/open-webui/${path}`] === undefined));
  const again = await capture({ clock: laterClock, parent: result.manifest });
  assert.deepEqual(codes(again), ["SECRET_KEY_NOT_SEEN", "SEGMENT_TORN"]);
});

test("a segment's folder that is gone is named where Chroma counts on it", async () => {
  await rm(await writtenSegment(), { recursive: true });
  assert.ok(codes(await capture()).includes("SEGMENT_MISSING"));
});

test("a chroma.sqlite3 that is no database is named, and everything is stored as it lies there", async () => {
  await writeFile(join(dataDir, "vector_db/chroma.sqlite3"), "no database at all, but some bytes to keep");
  const result = await capture();
  assert.deepEqual(codes(result), ["SECRET_KEY_NOT_SEEN", "VECTORS_UNKNOWN"]);
  const why = result.findings.map(({ params }) => ("reason" in params ? params.reason : undefined)).at(-1);
  assert.deepEqual(why, { code: "databaseNotSqlite", params: {} });
  assert.match(await readFile(join(result.out, "data/vector_db/chroma.sqlite3"), "utf8"), /bytes to keep/);
});

test("without a vector store there is nothing to tell", async () => {
  await rm(join(dataDir, "vector_db"), { recursive: true });
  const result = await capture();
  assert.deepEqual(codes(result), ["SECRET_KEY_NOT_SEEN"]);
  assert.equal(result.manifest.vectors, undefined);
});

test("what is as the parent has it is neither held nor copied; what changed is", async () => {
  const first = await capture({ clock: laterClock });
  const same = await capture({ clock: laterClock, parent: first.manifest });
  assert.equal(same.manifest.vectors?.unchanged, true);
  assert.equal(same.manifest.vectors?.tries, 0);
  assert.deepEqual(same.manifest.counts, first.manifest.counts);
  assert.deepEqual(statesOf(same.manifest), statesOf(first.manifest));
  const segment = await writtenSegment();
  await utimes(join(segment, "header.bin"), new Date(), new Date());
  const changed = await capture({ clock: laterClock, parent: same.manifest });
  assert.equal(changed.manifest.vectors?.unchanged, true, "half an hour ahead of the clock, that still counts as old");
  const now = await capture({ parent: { ...same.manifest, time: new Date().toISOString() } });
  assert.equal(now.manifest.vectors?.unchanged, false);
});

test("rows without a file and files without a row are told, remote ones are not missing", async () => {
  {
    using db = new DatabaseSync(join(dataDir, "webui.db"));
    db.exec(`UPDATE "file" SET path = 's3://bucket/' || filename WHERE filename LIKE 'doc1%'`);
  }
  const uploads = (await readdir(join(dataDir, "uploads"))).filter((name) => name.endsWith("_doc2.txt"));
  await rm(join(dataDir, "uploads", uploads[0] ?? ""));
  const remote = await capture();
  assert.deepEqual(codes(remote), ["SECRET_KEY_NOT_SEEN", "UPLOADS_REMOTE", "UPLOADS_MISSING"]);
  {
    using db = new DatabaseSync(join(dataDir, "webui.db"));
    db.exec(`DELETE FROM "file" WHERE path LIKE 's3://%'`);
  }
  const orphaned = await capture({ clock: laterClock });
  assert.deepEqual(codes(orphaned), ["SECRET_KEY_NOT_SEEN", "UPLOADS_MISSING", "UPLOADS_ORPHANED"]);
  const again = await capture({ clock: laterClock, parent: orphaned.manifest });
  assert.deepEqual(codes(again), codes(orphaned));
});

test("uploads that were moved to another disk, with a link left in their place, are captured", async () => {
  await rename(join(dataDir, "uploads"), join(work.path, "large-disk"));
  await symlink(join(work.path, "large-disk"), join(dataDir, "uploads"));
  const result = await capture();
  assert.deepEqual(codes(result), ["SECRET_KEY_NOT_SEEN"]);
  assert.equal([...result.paths].filter((path) => path.startsWith("data/uploads/")).length, 17);
});

test("a link that leads out of the data directory is named, since only the link is stored", async () => {
  await mkdir(join(work.path, "elsewhere"));
  await symlink(join(work.path, "elsewhere"), join(dataDir, "shared-files"));
  await symlink("webui.db", join(dataDir, "inside"));
  const result = await capture();
  assert.deepEqual(codes(result), ["SECRET_KEY_NOT_SEEN", "LINK_NOT_FOLLOWED"]);
  assert.deepEqual(codes(await capture({ excludes: ["shared-files"] })), ["SECRET_KEY_NOT_SEEN"]);
});

test("another database in the data directory is captured with what only its -wal holds", async () => {
  using db = new DatabaseSync(join(dataDir, "plugin.sqlite"));
  db.exec(
    "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3)",
  );
  const result = await capture();
  assert.deepEqual(codes(result), ["SECRET_KEY_NOT_SEEN"]);
  assert.ok(!result.paths.has("data/plugin.sqlite-wal"));
  using copy = new DatabaseSync(join(result.out, "data/plugin.sqlite"), { readOnly: true });
  assert.equal(copy.prepare("SELECT count(*) AS n FROM t").get()?.["n"], 3);
});

test("an unknown schema revision is a note", async () => {
  {
    using db = new DatabaseSync(join(dataDir, "webui.db"));
    db.exec("UPDATE alembic_version SET version_num = 'ffffffffffff'");
  }
  assert.ok(codes(await capture()).includes("SCHEMA_UNKNOWN"));
});

test("a chroma.sqlite3 that nobody has open is read where it lies, and what changes it meanwhile is noticed", async () => {
  const run = begun();
  const chroma = join(dataDir, "vector_db", "chroma.sqlite3");
  const reading = (async () => {
    for await (const { path, content, pinned, done } of run.entries) {
      if (path === ("/open-webui/data/vector_db/chroma.sqlite3" as BytePath)) {
        assert.deepEqual({ content, pinned }, { content: { kind: "file", path: chroma }, pinned: false });
        using database = new DatabaseSync(chroma);
        database.exec("CREATE TABLE somebody_came (a)");
      }
      done?.({ kind: "read", bytes: 0 });
    }
  })();
  const isNoticed = (error: unknown): boolean => isObhutError(error, "DATABASE_CHANGED");
  await assert.rejects(reading, isNoticed);
  await assert.rejects(run.manifest, isNoticed);
});

test("a capture that is left half-way ends its holds and removes its scratch", async () => {
  const run = begun();
  for await (const { path, done } of run.entries) {
    done?.({ kind: "read", bytes: 0 });
    if (path === ("/open-webui/data/webui.db" as BytePath)) break;
  }
  await assert.rejects(run.manifest, (error) => isObhutError(error, "INTERRUPTED"));
  assert.deepEqual(
    (await readdir(work.path)).filter((name) => name.startsWith("obhut-")),
    [],
  );
  await appendFile(join(dataDir, "l.data"), "");
});
