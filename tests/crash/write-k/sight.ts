/** What a process that begins now finds in a repository: its snapshots with all their bytes, and what a check says. */
import { createHash } from "node:crypto";
import { isObhutError } from "../../../src/base/errors.ts";
import { checkRepository } from "../../../src/repository/check/check-repository.ts";
import { indexOf, loadIndexes } from "../../../src/repository/check/listed-packs.ts";
import { openRepository } from "../../../src/repository/open-repository.ts";
import { listPacks } from "../../../src/repository/packs/list-packs.ts";
import { readContent } from "../../../src/repository/read-file.ts";
import type { IndexedRepository, Repository } from "../../../src/repository/repository.ts";
import { loadSnapshots, type StoredSnapshot } from "../../../src/repository/snapshots.ts";
import { walkTree } from "../../../src/repository/walk-tree.ts";
import type { Storage } from "../../../src/storage/storage.ts";
import { testActor } from "../../support/actor.ts";

export interface SeenSnapshot {
  readonly id: string;
  /** Which backup it is of, whatever it was rewritten to since. */
  readonly time: string;
  /** Everything a restore gives back, and what the snapshot says of itself; equal where that is equal. */
  readonly form: string;
}

export interface Sight {
  readonly snapshots: readonly SeenSnapshot[];
  /** What is wrong, in the words of findings; empty where all is well. What an interrupted run may leave is not wrong. */
  readonly wrong: readonly string[];
}

const mayBeLeft: ReadonlySet<string> = new Set(["PACKS_UNUSED", "BLOBS_DUPLICATED"]);

/** Undefined where there is no repository. Passwords are tried in turn. */
export async function sightOf(storage: Storage, passwords: readonly string[]): Promise<Sight | undefined> {
  const opened = await openWithAny(storage, passwords);
  if (opened === undefined) return undefined;
  // An index file may be damaged, or a pack be gone: what the others hold counts.
  const packs = await listPacks(opened);
  const indexed = { ...opened, index: indexOf(await loadIndexes(opened), (pack) => packs.has(pack)) };
  const { findings } = await checkRepository(opened, { readData: { kind: "all" }, threads: 1 });
  const wrong = findings.filter(({ code }) => !mayBeLeft.has(code)).map((found) => JSON.stringify(found));
  const { snapshots } = await loadSnapshots(opened);
  const seen: SeenSnapshot[] = [];
  for (const snapshot of snapshots) {
    const content = await contentHash(indexed, snapshot).catch((error: unknown) => {
      wrong.push(`snapshot ${snapshot.id} does not restore: ${error}`);
      return `lost by ${snapshot.id}`;
    });
    const { id, time, tags, paths, hostname } = snapshot;
    seen.push({ id, time, form: JSON.stringify([time, hostname, paths, tags, content]) });
  }
  return { snapshots: seen, wrong };
}

async function openWithAny(storage: Storage, passwords: readonly string[]): Promise<Repository | undefined> {
  let wrong: unknown;
  for (const password of passwords) {
    try {
      return await openRepository(storage, password, testActor());
    } catch (error) {
      if (isObhutError(error, "REPOSITORY_MISSING")) return undefined;
      if (!isObhutError(error, "PASSWORD_WRONG")) throw error;
      wrong = error;
    }
  }
  throw wrong;
}

/** Names, kinds, modes, owners, times and bytes of everything in it. */
async function contentHash(repo: IndexedRepository, snapshot: StoredSnapshot): Promise<string> {
  const hash = createHash("sha256");
  for await (const { path, node } of walkTree(repo, snapshot.tree)) {
    const { type, mode, uid, gid, mtime } = node;
    hash.update(JSON.stringify([path, type, mode, uid, gid, mtime].map(String)));
    if (type !== "file") continue;
    for await (const part of readContent(repo, node)) hash.update(part);
  }
  return hash.digest("hex");
}
