/** Reads a repository again and again through a cache: `reader-process.ts REPOSITORY CACHE ROUNDS`. Prints what it met, as JSON. */
import { hash } from "node:crypto";
import type { Finding } from "../../src/base/finding-codes.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import { openRepository } from "../../src/repository/open-repository.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { walkTree } from "../../src/repository/walk-tree.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import { cached } from "../../src/storage/wrap/cache.ts";
import { testActor } from "../support/actor.ts";

export interface ReaderReport {
  readonly notes: readonly Finding[];
  /** Of everything that was listed, for each round. */
  readonly hashes: readonly string[];
}

const [repository = "", folder = "", rounds = ""] = process.argv.slice(2);
const notes: Finding[] = [];
const hashes: string[] = [];
for (let round = 0; round < Number(rounds); round++) {
  const opened = await openRepository(localStorage(repository), "p", testActor());
  const storage = cached(opened.storage, {
    folder,
    repository: opened.config.id,
    onNote: (note) => notes.push(note),
    nowMs: Date.now,
    // So little that each run removes what the others read.
    maxBytes: 30_000,
  });
  const repo = { ...opened, storage };
  const { snapshots } = await loadSnapshots(repo);
  const indexed = await loadIndex(repo);
  const listed: string[] = [];
  for (const { tree } of snapshots) {
    for await (const { path, node } of walkTree(indexed, tree)) listed.push(`${path} ${node.size}`);
  }
  hashes.push(hash("sha256", listed.join("\n")));
  await storage.close();
}
process.stdout.write(JSON.stringify({ notes, hashes } satisfies ReaderReport));
