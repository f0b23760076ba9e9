/** Captures by other users, through other mounts, from other pid namespaces, and by a process that is killed. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { heldLocks } from "../../src/host/processes.ts";
import { App } from "./app.ts";
import type { CaptureOrder, CaptureReport } from "./capture-order.ts";
import { factsOfFolder, rowsHash, Scene } from "./scene.ts";

const nobody = 65_534;
const program = [
  process.execPath,
  "--disable-warning=ExperimentalWarning",
  path.resolve(import.meta.dirname, "capture-process.ts"),
];
const wal = ["PRAGMA journal_mode=WAL"];

/** `wrapper` comes before the program's own command. */
async function captureElsewhere(order: CaptureOrder, wrapper: readonly string[] = []): Promise<CaptureReport> {
  const [command = "", ...args] = [...wrapper, ...program, JSON.stringify(order)];
  const { stdout } = await promisify(execFile)(command, args);
  return JSON.parse(stdout) as CaptureReport;
}

function needsRoot(context: TestContext): boolean {
  if (process.getuid?.() === 0) return false;
  context.skip("needs root, to be another user or to mount");
  return true;
}

interface Stage extends AsyncDisposable {
  readonly scene: Scene;
  readonly app: App;
  readonly order: CaptureOrder;
}

async function stage(name: string, setup: readonly string[]): Promise<Stage> {
  const scene = await Scene.create(name);
  chmodSync(scene.scratch, 0o777);
  const app = await App.open(scene.database, { setup });
  await app.transfer(20);
  const dispose = async (): Promise<void> => {
    await app[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  };
  return { scene, app, order: { database: scene.database, scratch: scene.scratch }, [Symbol.asyncDispose]: dispose };
}

function assertExact(report: CaptureReport, how: string): void {
  assert.equal(report.how, how);
  assert.equal(report.copied, report.rows);
}

test("as another user, running and crashed", async (context) => {
  if (needsRoot(context)) return;
  await using on = await stage("nobody", wal);
  const before = factsOfFolder(on.scene.source);
  assertExact(await captureElsewhere({ ...on.order, uid: nobody }), "live-wal");
  assert.deepEqual(factsOfFolder(on.scene.source), before);
  await on.app.signal("SIGKILL");
  assertExact(await captureElsewhere({ ...on.order, uid: nobody }), "wal-replay");
  assert.deepEqual(factsOfFolder(on.scene.source), before);
});

test("as another user in rollback mode", async (context) => {
  if (needsRoot(context)) return;
  await using on = await stage("nobody-rollback", []);
  assertExact(await captureElsewhere({ ...on.order, uid: nobody }), "held-copy");
});

test("as another user who may not read the database, or only its -shm", async (context) => {
  if (needsRoot(context)) return;
  await using on = await stage("private", wal);
  chmodSync(`${on.scene.database}-shm`, 0o600);
  assertExact(await captureElsewhere({ ...on.order, uid: nobody }), "wal-replay");
  chmodSync(on.scene.database, 0o600);
  assert.equal((await captureElsewhere({ ...on.order, uid: nobody })).how, "DATABASE_UNREADABLE");
});

test("as root, files that only their owner may read: the holder is their owner, and no time changes", async (context) => {
  if (needsRoot(context)) return;
  await using scene = await Scene.create("owner");
  chownSync(scene.source, 12_345, 12_345);
  chmodSync(scene.source, 0o700);
  await using first = await App.open(scene.database, { setup: wal });
  await first.close();
  chownSync(scene.database, 12_345, 12_345);
  chmodSync(scene.database, 0o600);
  await first.reopen();
  await first.transfer(5);
  assert.equal(await scene.captureUnnoticed(), "live-wal");
});

test("as root, root's own files that nobody else may read: nothing but the change time of -wal and -shm", async (context) => {
  if (needsRoot(context)) return;
  await using on = await stage("roots", wal);
  chmodSync(on.scene.source, 0o700);
  const facts = (): unknown =>
    Object.entries(factsOfFolder(on.scene.source)).map(([name, all]) => [name, { ...(all as object), ctimeNs: 0 }]);
  const before = facts();
  await using captured = await on.scene.capture();
  await rowsHash(captured);
  assert.equal(captured.how, "live-wal");
  await captured.release();
  assert.deepEqual(facts(), before);
});

test("through a read-only mount of the folder, running, crashed and stopped", async (context) => {
  if (needsRoot(context)) return;
  await using on = await stage("read-only", wal);
  const seen = path.join(on.scene.root, "mounted");
  mkdirSync(seen);
  const mount = `mount --bind -o ro '${on.scene.source}' '${seen}' && ! touch '${seen}/x' 2>/dev/null && exec "$@"`;
  const wrapper = ["unshare", "--mount", "sh", "-c", mount, "sh"];
  const order = { ...on.order, database: path.join(seen, "webui.db") };
  const before = factsOfFolder(on.scene.source);
  assertExact(await captureElsewhere(order, wrapper), "live-wal");
  await on.app.start("write");
  assertExact(await captureElsewhere(order, wrapper), "live-wal");
  assert.equal((await on.app.stop()).busy, 0);
  assert.deepEqual(Object.keys(factsOfFolder(on.scene.source)), Object.keys(before));
  await on.app.signal("SIGKILL");
  assertExact(await captureElsewhere(order, wrapper), "wal-replay");
  await using heir = await App.open(on.scene.database);
  await heir.close();
  assert.deepEqual(readdirSync(on.scene.source), ["webui.db"]);
  assertExact(await captureElsewhere(order, wrapper), "quiet");
  assert.deepEqual(readdirSync(on.scene.source), ["webui.db"]);
});

test("from a pid namespace in which the app is not to be seen", async (context) => {
  if (needsRoot(context)) return;
  for (const [setup, live, stopped] of [
    [wal, "live-wal", "quiet"],
    [[], "held-copy", "held-copy"],
  ] as const) {
    await using on = await stage("namespace", setup);
    const wrapper = ["unshare", "--pid", "--fork", "--mount-proc"];
    await on.app.start("write");
    assertExact(await captureElsewhere(on.order, wrapper), live);
    assert.equal((await on.app.stop()).busy, 0);
    await on.app.close();
    assertExact(await captureElsewhere(on.order, wrapper), stopped);
    assert.deepEqual(readdirSync(on.scene.source), ["webui.db"]);
  }
});

test("cold, where the app is not to be seen: refused by its locks while it runs, captured once it is gone", async (context) => {
  if (needsRoot(context)) return;
  await using on = await stage("cold-elsewhere", wal);
  const before = factsOfFolder(on.scene.source);
  const cold = { ...on.order, mode: "cold" } as const;
  const elsewhere: readonly (readonly [CaptureOrder, readonly string[]])[] = [
    [cold, ["unshare", "--pid", "--fork", "--mount-proc"]],
    [{ ...cold, uid: nobody }, []],
  ];
  for (const [order, wrapper] of elsewhere) {
    assert.equal((await captureElsewhere(order, wrapper)).how, "SOURCE_IN_USE");
  }
  await on.app.signal("SIGKILL");
  for (const [order, wrapper] of elsewhere) assertExact(await captureElsewhere(order, wrapper), "wal-replay");
  assert.deepEqual(factsOfFolder(on.scene.source), before);
});

test("where the system lists no locks: only what is proved not to change", async (context) => {
  if (needsRoot(context)) return;
  await using on = await stage("no-locks", wal);
  const wrapper = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"];
  assertExact(await captureElsewhere(on.order, wrapper), "wal-replay");
  await on.app.start("write");
  assert.equal((await captureElsewhere(on.order, wrapper)).how, "DATABASE_BUSY");
  await on.app.stop();
});

test("a holder ends with the process that it works for, and its locks with it", async () => {
  await using on = await stage("orphaned", wal);
  const locks = async (): Promise<number> => {
    const inodes = (await heldLocks())?.filter((lock) => lock.pid === on.app.pid).map((lock) => lock.inode) ?? [];
    return (await heldLocks())?.filter((lock) => lock.pid !== on.app.pid && inodes.includes(lock.inode)).length ?? -1;
  };
  const [command = "", ...args] = [...program, JSON.stringify({ ...on.order, keep: true })];
  const capturing = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(capturing.stdout, "data");
  assert.ok((await locks()) > 0);
  capturing.kill("SIGKILL");
  for (let waitedMs = 0; (await locks()) > 0; waitedMs += 20) {
    assert.ok(waitedMs < 5_000, "the holder outlived its parent");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
