/** Backups to slow places while somebody writes: the database is held for as long as reading takes, however long sending does. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { App } from "../capture-sqlite/app.ts";
import { obhut } from "../cli/run-obhut.ts";
import { unpackFixture } from "../support/fixture.ts";
import { startPacedProxy } from "../support/paced-proxy.ts";
import { startRestServer } from "../support/rest-server.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { tempFolder } from "../support/temp-folder.ts";

const MiB = 1024 * 1024;
const isLong = process.env["OBHUT_LONG"] !== undefined;
/** What the database gets, and what the slow line lets through in a second: at least eight seconds for all of it. */
const grownMiB = isLong ? 96 : 48;
const slowMiB = grownMiB / 8;

interface Scene extends AsyncDisposable {
  readonly data: string;
  readonly app: App;
  readonly scratch: string;
  /** Ends the writing; how long the longest commit took. Rejects where one was refused. */
  stop(): Promise<number>;
}

async function busyInstance(): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await unpackFixture());
  const scratch = stack.use(await tempFolder("slow-places"));
  const app = stack.use(await App.open(join(fixture.dataDir, "webui.db"), { setup: ["PRAGMA journal_mode=WAL"] }));
  await app.exec("CREATE TABLE ballast(bytes BLOB)");
  for (let i = 0; i < grownMiB; i += 8) {
    await app.exec(`INSERT INTO ballast VALUES${Array(8).fill("(randomblob(1048576))").join(",")}`);
  }
  const stop = keepWriting(app);
  stack.defer(async () => void (await stop()));
  const kept = stack.move();
  return { data: fixture.dataDir, app, scratch: scratch.path, stop, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** As people do it: now and then, and none of them is refused. */
function keepWriting(app: App): () => Promise<number> {
  let isOver = false;
  const writing = (async () => {
    let longestMs = 0;
    for (let count = 0; !isOver; count += 1) {
      const begun = performance.now();
      await app.transfer(1, count);
      longestMs = Math.max(longestMs, performance.now() - begun);
      await sleep(25);
    }
    return longestMs;
  })();
  return async () => {
    isOver = true;
    return await writing;
  };
}

interface Backup {
  readonly tookMs: number;
  readonly heldMs: number;
  readonly peakMiB: number;
}

const env = { RESTIC_PASSWORD: testPassword };

async function backUp({ data, scratch }: Scene, places: readonly string[], ...words: string[]): Promise<Backup> {
  const to = places.flatMap((place) => ["--to", place]);
  const made = await obhut(["init", ...to], { env });
  assert.equal(made.code, 0, made.stderr);
  let pid = 0;
  const begun = performance.now();
  const running = obhut(["backup", "--data", data, ...to, "--no-cache", "--spool-dir", scratch, "--json", ...words], {
    env,
    started: (id) => {
      pid = id;
    },
  });
  const peak = watchPeak(() => pid);
  const run = await running;
  const tookMs = performance.now() - begun;
  assert.equal(run.code, 0, `${run.text}${run.stderr}`);
  assert.deepEqual(await readdir(scratch), [], "nothing stays in the spool");
  const manifest = await obhut(["dump", "latest", "/open-webui/manifest.json", "--from", places[0] ?? ""], { env });
  const { databases } = JSON.parse(manifest.text) as { databases: { path: string; how: string; heldMs: number }[] };
  const main = databases.find(({ path }) => path === "webui.db");
  assert.equal(main?.how, "live-wal");
  return { tookMs, heldMs: main?.heldMs ?? 0, peakMiB: await peak() };
}

/** Highest resident memory of a process while it runs. */
function watchPeak(pidOf: () => number): () => Promise<number> {
  let highest = 0;
  const timer = setInterval(async () => {
    const status = await readFile(`/proc/${pidOf()}/status`, "utf8").catch(() => "");
    highest = Math.max(highest, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
  }, 50);
  return async () => {
    clearInterval(timer);
    await sleep(60);
    return highest / 1024;
  };
}

it("a slow line: sending takes long, the hold does not; without the spool it would", async (context) => {
  await using rest = await startRestServer();
  await using line = await startPacedProxy(rest.port, slowMiB * MiB);
  await using scene = await busyInstance();
  const place = (name: string): string => `rest:http://127.0.0.1:${line.port}/${name}/`;
  const spooled = await backUp(scene, [place("a")]);
  const direct = await backUp(scene, [place("b")], "--spool-limit", "0");
  const longestMs = await scene.stop();
  context.diagnostic(JSON.stringify({ spooled, direct, longestMs }));
  assert.ok(spooled.tookMs > (grownMiB / slowMiB) * 1000);
  assert.ok(spooled.heldMs < spooled.tookMs / 2 && spooled.heldMs < direct.heldMs * 0.6);
  assert.ok(spooled.peakMiB < 350, `${spooled.peakMiB} MiB`);
  for (const name of ["a", "b"]) await newestRestic.run(`rest:${rest.url}${name}/`, "check", "--read-data");
});

it("of three destinations a slow one does not slow the reading, and all of them get the same snapshot", async (context) => {
  await using rest = await startRestServer();
  await using line = await startPacedProxy(rest.port, slowMiB * MiB);
  await using folder = await tempFolder("near");
  await using scene = await busyInstance();
  const places = [
    join(folder.path, "repository"),
    `rest:${rest.url}quick/`,
    `rest:http://127.0.0.1:${line.port}/slow/`,
  ];
  const run = await backUp(scene, places);
  context.diagnostic(JSON.stringify(run));
  assert.ok(run.tookMs > (grownMiB / slowMiB) * 1000);
  assert.ok(run.heldMs < run.tookMs / 2);
  await scene.stop();
  assert.ok(run.peakMiB < 450, `${run.peakMiB} MiB`);
  for (const place of [places[0] ?? "", `rest:${rest.url}quick/`, `rest:${rest.url}slow/`]) {
    await newestRestic.run(place, "check", "--read-data");
  }
});

it("killed while packs wait: nothing wrong is there, the next run goes on, and clears the spool", async () => {
  await using rest = await startRestServer();
  await using line = await startPacedProxy(rest.port, slowMiB * MiB);
  await using scene = await busyInstance();
  await scene.stop();
  const place = `rest:http://127.0.0.1:${line.port}/a/`;
  assert.equal((await obhut(["init", "--to", place], { env })).code, 0);
  const words = ["backup", "--data", scene.data, "--to", place, "--no-cache", "--spool-dir", scene.scratch, "--json"];
  // A server may show a file under its name while it still comes.
  const wholePacks = async (): Promise<number> => {
    const folder = join(rest.data, "a", "data");
    const names = (await readdir(folder, { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name));
    const whole = names.map(async (name) => {
      const bytes = await readFile(join(folder, name)).catch(() => new Uint8Array(0));
      return name.endsWith(hash("sha256", bytes, "hex"));
    });
    return (await Promise.all(whole)).filter(Boolean).length;
  };
  const added = (run: { readonly json: readonly Readonly<Record<string, unknown>>[] }): number => {
    const stored = run.json.at(-1)?.["destinations"] as readonly { bytesAdded: number }[] | undefined;
    return stored?.[0]?.bytesAdded ?? Number.NaN;
  };
  const whole = added(await obhut([...words, "--dry-run"], { env }));
  let pid = 0;
  const running = obhut(words, {
    env,
    started: (id) => {
      pid = id;
    },
  });
  for (let tries = 0; tries < 600 && (await wholePacks()) === 0; tries += 1) await sleep(50);
  process.kill(pid, "SIGKILL");
  await running;
  assert.notDeepEqual(await readdir(scene.scratch), [], "the control: packs were waiting");
  await newestRestic.run(`rest:${rest.url}a/`, "unlock", "--remove-all");
  await newestRestic.run(`rest:${rest.url}a/`, "check", "--read-data");
  const again = await obhut(words, { env });
  assert.equal(again.code, 0, again.stderr);
  assert.ok(added(again) < whole - 10 * MiB, `what was sent is not sent again: ${added(again)} of ${whole} bytes`);
  assert.deepEqual(await readdir(scene.scratch), []);
  await newestRestic.run(`rest:${rest.url}a/`, "check", "--read-data");
});
