/** Two snapshots of Obhut's, compared in the app's own terms: their webui.db is brought to a private folder for a moment. */

import { link } from "node:fs/promises";
import { join } from "node:path";
import { isObhutError } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { limits } from "../base/limits.ts";
import { parsePathPattern } from "../base/path-pattern.ts";
import type { AnyReason } from "../base/reason-codes.ts";
import { dataPath, snapshotData, snapshotManifest } from "../capture/layout.ts";
import { isEncrypted } from "../capture/manifest.ts";
import { Scratch } from "../host/scratch.ts";
import type { InstanceDifference } from "../openwebui/compare/compare-instances.ts";
import { mainDatabase } from "../openwebui/parts.ts";
import { failureReason } from "../repository/failure-reason.ts";
import type { Node } from "../repository/format/node.ts";
import { sameContent } from "../repository/format/same-node.ts";
import type { IndexedRepository } from "../repository/repository.ts";
import { planRestore } from "../repository/restore/plan-restore.ts";
import { restore } from "../repository/restore/restore.ts";
import type { StoredSnapshot } from "../repository/snapshots.ts";
import { findNode } from "../repository/walk-tree.ts";
import { compareDatabases } from "./compare-databases.ts";
import type { JobWatch } from "./job-event.ts";
import { readManifest } from "./load-target.ts";
import type { Parts } from "./parts.ts";
import { scratchParent } from "./scratch-folder.ts";

export type AppComparison =
  | { readonly state: "compared"; readonly difference: InstanceDifference }
  /** The database is the same, byte for byte. */
  | { readonly state: "unchanged" }
  /** One of them, or both, have no database that Obhut captured. */
  | { readonly state: "absent" }
  /** One of them, or both, are encrypted: nobody here can look into them. */
  | { readonly state: "encrypted" }
  /** A finding says why. */
  | { readonly state: "failed" };

export type TwoSnapshots = readonly [older: StoredSnapshot, newer: StoredSnapshot];

/** Errors: SCRATCH_FAILED, SCRATCH_NO_SPACE, and those of a restore. What cannot be compared is a finding. */
export async function compareApp(
  repo: IndexedRepository,
  snapshots: TwoSnapshots,
  parts: Parts,
  watch: JobWatch,
): Promise<AppComparison> {
  const [older, newer] = snapshots;
  const nodes = [await databaseOf(repo, older, watch.signal), await databaseOf(repo, newer, watch.signal)] as const;
  if (nodes[0] === undefined || nodes[1] === undefined) return { state: "absent" };
  // Before anything else: one that lies beside a -journal is another state with the same bytes.
  for (const snapshot of snapshots) {
    const manifest = await readManifest(repo, snapshot, watch.signal);
    if (isEncrypted(manifest, mainDatabase)) return { state: "encrypted" };
  }
  if (sameContent(nodes[0], nodes[1])) return { state: "unchanged" };
  await using scratch = await Scratch.open({ parent: scratchParent(parts.env), clock: parts.clock });
  await scratch.require(nodes[0].size + nodes[1].size);
  const [first, second] = [await scratch.subfolder("older"), await scratch.subfolder("newer")];
  const compared = await bringBoth(repo, snapshots, { folders: [first, second], watch });
  if ("difference" in compared) return { state: "compared", difference: compared.difference };
  watch.emit({ type: "finding", finding: finding("DATABASES_NOT_COMPARED", { reason: compared.damage }) });
  return { state: "failed" };
}

/** Undefined in a snapshot that another program made, and where the database was left out. */
async function databaseOf(
  repo: IndexedRepository,
  { tree }: StoredSnapshot,
  signal: AbortSignal,
): Promise<Node | undefined> {
  const manifest = await findNode(repo, tree, snapshotManifest, signal);
  const database = manifest && (await findNode(repo, tree, dataPath(mainDatabase), signal));
  return database?.type === "file" ? database : undefined;
}

interface Bringing {
  readonly folders: readonly [older: string, newer: string];
  readonly watch: JobWatch;
}

async function bringBoth(
  repo: IndexedRepository,
  [older, newer]: TwoSnapshots,
  { folders, watch }: Bringing,
): ReturnType<typeof compareDatabases> {
  const [first, second] = [join(folders[0], mainDatabase), join(folders[1], mainDatabase)];
  const lost = await bring(repo, older, { folder: folders[0], watch });
  if (lost !== undefined) return { damage: lost };
  // A restore over the older one fetches what differs alone, and writes it beside: the older one stays as it is.
  await link(first, second);
  const lostToo = await bring(repo, newer, { folder: folders[1], watch });
  if (lostToo !== undefined) return { damage: lostToo };
  watch.emit({ type: "status", phase: "compare", filesDone: 0, bytesDone: 0 });
  return await compareDatabases({ older: first, newer: second, listed: limits.listedDifferences }, watch.signal);
}

/** The reason where it cannot be had. */
async function bring(
  repo: IndexedRepository,
  snapshot: StoredSnapshot,
  { folder, watch }: { readonly folder: string; readonly watch: JobWatch },
): Promise<AnyReason | undefined> {
  const { signal, emit } = watch;
  const pattern = parsePathPattern(dataPath(mainDatabase));
  const plan = await planRestore(repo, snapshot, { subpath: snapshotData, includes: pattern ? [pattern] : [], signal });
  try {
    await restore(repo, plan, {
      target: folder,
      overwrite: true,
      signal,
      onProgress: ({ bytesDone }) =>
        emit({ type: "status", phase: "restore", filesDone: 0, bytesDone, bytesTotal: plan.totalBytes }),
    });
    return undefined;
  } catch (error) {
    if (!isObhutError(error, "RESTORE_STOPPED")) throw error;
    return failureReason(error);
  }
}
