/**
 * The real Open WebUI is backed up ten times while people work with it, and each restored copy is held against what they did:
 * it must be exactly a moment between the backup's start and its end. Then the app itself runs on one of the copies.
 */
import assert from "node:assert/strict";
import { cp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeRepository } from "../support/cheap-keys.ts";
import { OpenWebuiClient } from "../support/open-webui-client.ts";
import { type OpenWebuiServer, startOpenWebui } from "../support/open-webui-server.ts";
import { type OpenAiStandIn, startOpenAiStandIn } from "../support/openai-stand-in.ts";
import { runObhut } from "../support/run-obhut.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";
import { matchMoment, stateAfter, type Window } from "./history.ts";
import { type Household, password, settle } from "./household.ts";
import { readChroma, vectorFaults } from "./read-chroma.ts";
import { faultsOf, personState } from "./restored-copy.ts";

const backups = process.env["OBHUT_LONG"] ? 60 : 10;
const seed = Number(process.env["OBHUT_SEED"] ?? 1);
const repositoryPassword = "a password for this test";
const secretKey = "a key of this test alone, long enough for a signature";

interface Copy {
  readonly dataDir: string;
  readonly window: Window;
  /** Who had signed up before the backup began. */
  readonly newcomer: string;
}

let folder: TempFolder;
let standIn: OpenAiStandIn;
let app: OpenWebuiServer;
let household: Household;
/** Set by a test that ended well; the app's logs are kept where one did not. */
let passed = 0;
const copies: Copy[] = [];
const inFolder = (name: string): string => path.join(folder.path, name);

before(async () => {
  folder = await tempFolder("live");
  await writeFile(inFolder("password"), `${repositoryPassword}\n`);
  standIn = await startOpenAiStandIn();
  app = await startApp(inFolder("data"), "first");
  household = await settle(app.baseUrl, seed);
});

after(async () => {
  await app?.stop();
  await standIn?.[Symbol.asyncDispose]();
  if (passed < 5 && folder !== undefined) {
    const kept = path.join(tmpdir(), `obhut-live-failure-${process.pid}`);
    for (const name of ["first", "second"]) {
      await cp(path.join(inFolder(name), "open-webui.log"), path.join(kept, `${name}.log`)).catch(() => undefined);
    }
    console.log(`the app's logs are kept in ${kept}; OBHUT_SEED=${seed} repeats the people's choices`);
  }
  await folder?.[Symbol.asyncDispose]();
});

function startApp(dataDir: string, scratch: string): Promise<OpenWebuiServer> {
  const python = toolFromEnvironment("OBHUT_TEST_PYTHON");
  return startOpenWebui({ python, dataDir, openAiUrl: standIn.baseUrl, secretKey, scratchDir: inFolder(scratch) });
}

async function obhut(...args: string[]): Promise<void> {
  const run = await runObhut([...args, "--password-file", inFolder("password"), "--json"], {
    WEBUI_SECRET_KEY: secretKey,
  });
  assert.equal(run.code, 0, `obhut ${args.join(" ")}\n${run.stdout}\n${run.stderr}`);
}

test(`${backups} backups while people chat, upload and delete`, async () => {
  await makeRepository(inFolder("repository"), repositoryPassword);
  const stop = new AbortController();
  const work = household.work(stop.signal);
  // Noticed at once, not only when everybody has stopped: a refused call is the app's, and is to be seen as such.
  const refused = work.then(() => undefined);
  refused.catch(() => stop.abort());
  await sleep(5000, undefined, { signal: stop.signal });
  for (let count = 0; count < backups && !stop.signal.aborted; count += 1) {
    const newcomer = await household.welcome();
    const fromMs = performance.now();
    await obhut("backup", "--data", inFolder("data"), "--to", inFolder("repository"), "--instance", "live");
    const dataDir = inFolder(`restored-${count}`);
    copies.push({ dataDir, newcomer, window: { fromMs, toMs: performance.now() } });
    await obhut("restore", "latest", "--from", inFolder("repository"), "--target", dataDir);
  }
  stop.abort();
  await work;
  const done = household.people.map((person) => person.actions.length);
  assert.ok(Math.min(...done) > 3 * backups, `too little happened meanwhile: ${done}`);
  passed += 1;
});

test("every copy is whole, and each file's row has its upload", async () => {
  assert.equal(copies.length, backups);
  for (const { dataDir, newcomer } of copies) {
    assert.deepEqual(await faultsOf(dataDir), [], dataDir);
    using db = new DatabaseSync(path.join(dataDir, "webui.db"), { readOnly: true });
    assert.ok(db.prepare("SELECT 1 FROM user WHERE email = ?").get(newcomer), `${newcomer} is not in ${dataDir}`);
  }
  passed += 1;
});

test("every copy shows one moment of each person's work, with the vectors of that moment", async () => {
  const contents = await readChroma(
    toolFromEnvironment("OBHUT_TEST_PYTHON"),
    copies.map((copy) => copy.dataDir),
  );
  assert.equal(contents.length, backups);
  for (const [at, { dataDir, window }] of copies.entries()) {
    assert.deepEqual(contents[at]?.faults, [], `what Chroma says of ${dataDir}`);
    for (const person of household.people) {
      const match = matchMoment(person.actions, personState(dataDir, person.userId), window);
      if (match.kind === "none") assert.fail(`${dataDir} shows no moment of ${person.userId}: ${match.nearest}`);
      const now = stateAfter(person.actions, match.actions);
      const earlier = stateAfter(person.actions, Math.max(0, match.actions - 1));
      assert.deepEqual(
        vectorFaults(contents[at] ?? { collections: {}, faults: [] }, person, earlier, now),
        [],
        dataDir,
      );
    }
  }
  passed += 1;
});

test("a copy that lost its uploads or rows is noticed", async () => {
  // The last copy: by then everybody has chats, and nobody ever deletes all of them.
  const { dataDir, window } = copies.at(-1) ?? assert.fail("no copy");
  const person = household.people[0] ?? assert.fail("nobody");
  const spoilt = inFolder("spoilt");
  await cp(dataDir, spoilt, { recursive: true });
  {
    using db = new DatabaseSync(path.join(spoilt, "webui.db"));
    const lost = db.prepare("DELETE FROM chat WHERE user_id = ?").run(person.userId);
    assert.ok(lost.changes > 0);
  }
  assert.equal(matchMoment(person.actions, personState(spoilt, person.userId), window).kind, "none");
  await rm(path.join(spoilt, "uploads"), { recursive: true });
  assert.notDeepEqual(await faultsOf(spoilt), []);
  passed += 1;
});

test("Open WebUI runs on a restored copy: sessions, sign-in, a chat, a file and a query", async () => {
  await app.stop();
  const dataDir = inFolder("moved");
  const target = ["--target", dataDir, "--data-path", dataDir];
  await obhut("restore", "latest", "--from", inFolder("repository"), ...target);
  app = await startApp(dataDir, "second");
  const copy = copies.at(-1) ?? assert.fail("no copy");
  const person = household.people[1] ?? assert.fail("nobody");
  const held = personState(copy.dataDir, person.userId);

  const session = new OpenWebuiClient(app.baseUrl, person.client.token);
  const { email } = await session.whoAmI();
  const client = await OpenWebuiClient.signIn(app.baseUrl, { email, password });
  for (const [id, messages] of held.chats) {
    assert.equal(Object.keys((await client.readChat(id)).chat.history.messages).length, messages);
  }
  const [fileId] = held.known;
  assert.ok(fileId, "no file in the knowledge base");
  const text = await client.readFile(fileId);
  const found = await client.queryKnowledge(person.knowledgeId, text.slice(0, 300));
  assert.ok(found[0] !== undefined && text.includes(found[0].slice(0, 100)), `${found[0]} is not from the file`);
  await client.createChat("Does it still take new chats?");
  passed += 1;
});
