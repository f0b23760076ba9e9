/** Copies between repositories of other programs and formats, judged by restic: whole, and each program knows the other's copies. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { obhut } from "../cli/run-obhut.ts";
import { cheapenKey } from "../support/cheap-keys.ts";
import { assertSameTree } from "../support/equal-trees.ts";
import { makeOddFolder } from "../support/odd-folder.ts";
import { debianRestic, newestRestic, type Restic, rustic, testPassword } from "../support/restic.ts";
import { tempFolder } from "../support/temp-folder.ts";

interface Way {
  readonly maker: Restic;
  readonly options: readonly string[];
  /** Format of the repository that is copied to. */
  readonly version: 1 | 2;
}

const ways: readonly Way[] = [
  { maker: newestRestic, options: [], version: 2 },
  { maker: newestRestic, options: [], version: 1 },
  { maker: newestRestic, options: ["--repository-version", "1"], version: 2 },
  { maker: debianRestic, options: ["--repository-version", "1"], version: 1 },
  // rustic takes long to build
  ...(process.env["OBHUT_LONG"] ? [{ maker: rustic, options: [], version: 2 } as const] : []),
];

const env = { OBHUT_PASSWORD: testPassword };

async function copy(from: string, to: string): Promise<Readonly<Record<string, unknown>>> {
  const { json, stderr } = await obhut(["copy", "--from-repository", from, "-r", to, "--json"], { env });
  const last = json.at(-1) ?? assert.fail(stderr);
  assert.equal(last.type, "summary", JSON.stringify(last));
  return last;
}

for (const { maker, options, version } of ways) {
  it(`from ${maker.name} ${options.join(" ")} to format ${version}: checked, restored, and nothing twice`, async () => {
    await using folder = await tempFolder("interop-copy");
    const at = (name: string): string => join(folder.path, name);
    await makeOddFolder(at("source"));
    await maker.run(at("from"), "init", ...options);
    await cheapenKey(at("from"), testPassword);
    await maker.run(at("from"), "backup", at("source"));
    await newestRestic.run(at("to"), "init", "--repository-version", String(version));
    await cheapenKey(at("to"), testPassword);
    assert.equal((await copy(at("from"), at("to")))["copied"], 1);
    await newestRestic.run(at("to"), "check", "--read-data");
    await newestRestic.run(at("to"), "restore", "latest", "--target", at("target"));
    await assertSameTree(join(at("target"), at("source")), at("source"), maker.keeps);
    // restic sees that its own snapshot is there; Obhut sees what restic copied
    const known = await newestRestic.run(at("to"), "copy", "-v", "--from-repo", at("from"));
    assert.match(known, /was already copied/);
    await newestRestic.run(at("third"), "init");
    await newestRestic.run(at("third"), "copy", "--from-repo", at("to"));
    const again = await copy(at("from"), at("third"));
    assert.deepEqual([again["copied"], again["present"]], [0, 1]);
  });
}

it("a repository of Obhut's with copied chunker parameters has restic's polynomial", async () => {
  await using folder = await tempFolder("interop-copy");
  const [first, second] = [join(folder.path, "first"), join(folder.path, "second")];
  await newestRestic.run(first, "init");
  const words = ["init", "-r", second, "--copy-chunker-params", "--from-repository", first];
  assert.equal((await obhut(words, { env })).code, 0);
  const [a, b] = await Promise.all(
    [first, second].map(async (path) => JSON.parse(await newestRestic.run(path, "cat", "config"))),
  );
  assert.equal(b.chunker_polynomial, a.chunker_polynomial);
  assert.notEqual(b.id, a.id);
});
