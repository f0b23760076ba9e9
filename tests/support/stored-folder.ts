/** Backs up a plain folder with the engine alone. */
import type { Finding } from "../../src/base/finding-codes.ts";
import { backup } from "../../src/repository/backup/backup.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import type { IndexedRepository, Repository } from "../../src/repository/repository.ts";
import { loadSnapshot, loadSnapshots, type StoredSnapshot } from "../../src/repository/snapshots.ts";
import { type FolderSourceOptions, folderSource } from "./folder-source.ts";

export interface StoredFolder {
  readonly repo: IndexedRepository;
  readonly snapshot: StoredSnapshot;
  readonly findings: readonly Finding[];
}

/** The folder's content lies at `/data` in the snapshot; `.db` is cut as what changes in place. */
export async function storeFolder(
  repo: Repository,
  folder: string,
  options: Partial<FolderSourceOptions> & { readonly workers?: number; readonly timeMs?: number } = {},
): Promise<StoredFolder> {
  const findings: Finding[] = [];
  const { snapshots } = await loadSnapshots(repo);
  const parent = snapshots.at(-1);
  const result = await backup({
    targets: [{ repository: await loadIndex(repo), ...(parent === undefined ? {} : { parent }) }],
    entries: folderSource({
      folder,
      at: "/data",
      changes: (path) => (path.endsWith(".db") ? "in-place" : "whole"),
      ...options,
    }),
    hostname: "test-instance",
    username: "tester",
    uid: 0,
    gid: 0,
    tags: ["test"],
    paths: ["/data"],
    excludes: [],
    programVersion: "obhut test",
    timeMs: options.timeMs ?? repo.actor.clock.nowMs(),
    onFinding: (found) => findings.push(found),
    workers: options.workers ?? 1,
  });
  const [stored] = result.targets;
  if (stored?.kind !== "stored") throw stored?.error ?? new Error("nothing was stored");
  if (stored.snapshot === undefined) throw new Error("no snapshot was stored");
  return { repo: await loadIndex(repo), snapshot: await loadSnapshot(repo, stored.snapshot), findings };
}
