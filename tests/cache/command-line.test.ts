/** The cache as a person meets it on the command line. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { initRepository } from "../../src/repository/init-repository.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import { cheapKdf, testActor } from "../support/actor.ts";
import { makeOddFolder } from "../support/odd-folder.ts";
import { runObhut } from "../support/run-obhut.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

it("keeps copies where it is told to, mends them, does without, and leaves a local repository alone", async () => {
  await using folder = await tempFolder("cache-cli");
  const [source, repository, cache, home] = ["source", "repository", "cache", "home"].map((name) =>
    join(folder.path, name),
  ) as [string, string, string, string];
  await makeOddFolder(source, { smallFiles: 3 });
  const repo = await initRepository(localStorage(repository), { password: "p", actor: testActor(), kdf: cheapKdf });
  await storeFolder(repo, source);
  const env = { OBHUT_PASSWORD: "p", XDG_CACHE_HOME: home, OBHUT_CACHE_DIR: cache };
  const ls = (...more: string[]) => runObhut(["ls", "latest", "--from", repository, ...more], env);

  const plain = await ls();
  assert.equal(plain.code, 0, plain.stderr);
  await assert.rejects(readdir(cache), "a folder on a disk of this machine needs no copies");

  const first = await ls("--cache-dir", cache);
  assert.deepEqual([first.code, first.stdout, first.stderr], [0, plain.stdout, ""]);
  const own = join(cache, repo.config.id);
  assert.deepEqual((await readdir(own)).sort(), ["CACHEDIR.TAG", "data", "index", "snapshots"]);

  for (const name of await readdir(join(own, "data"))) {
    const path = join(own, "data", name, "0");
    await writeFile(
      path,
      (await readFile(path)).map((byte) => byte ^ 1),
    );
  }
  const mended = await ls("--cache-dir", cache, "--lang", "de");
  assert.equal(mended.code, 0);
  assert.match(mended.stderr, /^Hinweis: Die Kopie von data\/[0-9a-f]{8} im Cache .* war beschädigt/);
  assert.equal((await ls("--cache-dir", cache)).stderr, "");

  assert.equal((await ls("--no-cache")).stdout, plain.stdout);
  const both = await ls("--no-cache", "--cache-dir", cache);
  assert.equal(both.code, 1);
  assert.match(both.stderr, /--cache-dir and --no-cache/);

  const unusable = await ls("--cache-dir", join(source, "text"), "--json");
  assert.equal(unusable.code, 0);
  assert.match(unusable.stdout, /"code":"CACHE_UNUSABLE"/);
});
