/** The same repository over SFTP: restic reads what Obhut wrote there, and the other way round. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { checkRepository } from "../../src/repository/check/check-repository.ts";
import { initRepository } from "../../src/repository/init-repository.ts";
import { openRepository } from "../../src/repository/open-repository.ts";
import { sftpStorage } from "../../src/storage/sftp/sftp-storage.ts";
import { cheapKdf, testActor } from "../support/actor.ts";
import { cheapenKey } from "../support/cheap-keys.ts";
import { assertSameTree } from "../support/equal-trees.ts";
import { makeOddFolder } from "../support/odd-folder.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

it("Obhut makes it, restic checks, restores and goes on, Obhut checks that", async () => {
  await using server = await startSshServer();
  await using folder = await tempFolder("sftp-interop");
  const [source, target] = [join(folder.path, "source"), join(folder.path, "target")];
  await mkdir(target);
  await makeOddFolder(source);
  const path = join(server.folder, "repo");
  const url = `sftp:server:${path}`;
  const restic = (...words: string[]): Promise<string> =>
    newestRestic.run(url, "-o", `sftp.args=${server.args.join(" ")}`, ...words);
  const storage = sftpStorage({ location: url, place: { host: "server" }, path, args: server.args });
  try {
    await storeFolder(
      await initRepository(storage, { password: testPassword, actor: testActor(), version: 2, kdf: cheapKdf }),
      source,
    );
    await restic("check", "--read-data");
    await restic("restore", "latest", "--target", target);
    await assertSameTree(join(target, "data"), source, newestRestic.keeps);
    await restic("backup", "--host", "test-instance", source);
    await restic("forget", "--keep-last", "1", "--group-by", "", "--prune");
    const repo = await openRepository(storage, testPassword, testActor());
    const { findings } = await checkRepository(repo, { readData: { kind: "all" }, threads: 1 });
    assert.deepEqual(
      findings.filter(({ code }) => code !== "PACKS_UNUSED"),
      [],
    );
  } finally {
    await storage.close();
  }
});

it("restic makes it, Obhut backs up into it, restic checks that", async () => {
  await using server = await startSshServer();
  await using folder = await tempFolder("sftp-interop");
  const source = join(folder.path, "source");
  await makeOddFolder(source);
  const path = join(server.folder, "repo");
  const url = `sftp:server:${path}`;
  const restic = (...words: string[]): Promise<string> =>
    newestRestic.run(url, "-o", `sftp.args=${server.args.join(" ")}`, ...words);
  await restic("init");
  await cheapenKey(path, testPassword);
  await restic("backup", source);
  const storage = sftpStorage({ location: url, place: { host: "server" }, path, args: server.args });
  try {
    await storeFolder(await openRepository(storage, testPassword, testActor()), source);
  } finally {
    await storage.close();
  }
  await restic("check", "--read-data");
  assert.equal(JSON.parse(await restic("snapshots", "--json")).length, 2);
});
