/**
 * Checks a repository. Needs no lock but a shared one: what others add meanwhile is at most seen as packs that no index lists
 * yet. Hence the order: snapshots, then indexes, then packs, each list made before that of what it points to.
 */

import { isObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type BlobId, type KeyId, type PackId, parseId, shortId } from "../../base/ids.ts";
import type { BlobIndex } from "../blob-index.ts";
import { failureReason } from "../failure-reason.ts";
import { decodeKeyFile } from "../format/key-file.ts";
import { isDamage } from "../is-damage.ts";
import { listPacks } from "../packs/list-packs.ts";
import type { Repository } from "../repository.ts";
import { loadSnapshots } from "../snapshots.ts";
import { loadVerified, objectName } from "../verified-file.ts";
import type { CheckOptions, CheckReport } from "./check-options.ts";
import { type CheckedTrees, checkTrees } from "./check-trees.ts";
import { choosePacks } from "./choose-packs.ts";
import { duplicatesOf, expectedPackBytes, indexOf, type LoadedIndexes, loadIndexes } from "./listed-packs.ts";
import { checkingThreads, readPacks } from "./read-packs.ts";
import { unlistedPacks } from "./unlisted-packs.ts";

/** Everything that is wrong is a finding; it throws only where the storage cannot be listed, or is told to stop. */
export async function checkRepository(repo: Repository, options: CheckOptions): Promise<CheckReport> {
  const { signal, onProgress, readData } = options;
  await using pool = checkingThreads(repo, options);
  if (readData.kind !== "none") pool.startAll();
  const { snapshots, findings: snapshotFindings } = await loadSnapshots(repo, signal);
  const loaded = await loadIndexes(repo, signal);
  onProgress?.({ phase: "index", done: loaded.packs.size, bytesDone: 0 });
  const sizes = await listPacks(repo, signal);
  const isThere = (pack: PackId): boolean => sizes.has(pack);
  const index = indexOf(loaded, isThere);
  const chosen = choosePacks(
    [...sizes].map(([id, sizeBytes]) => ({ id, sizeBytes, rows: loaded.packs.get(id) })),
    readData,
    repo.actor.random,
  );
  const packsRead = new Set(chosen.map(({ id }) => id));
  const walk = (lostBlobs: ReadonlySet<string>): Promise<CheckedTrees> =>
    checkTrees({ ...repo, index }, snapshots, {
      lostBlobs,
      packsRead,
      indexIncomplete: loaded.unreadable.length > 0,
      ...(signal ? { signal } : {}),
      // Where packs are read, they are what takes its time.
      ...(chosen.length > 0 ? {} : { onTree: (done) => onProgress?.({ phase: "trees", done, bytesDone: 0 }) }),
    });
  // Trees are walked while threads read packs. Only where blobs turn out to be lost it is done again: to see whose they were.
  const [read, walked] = await Promise.all([readPacks(repo, chosen, { ...options, pool }), walk(new Set())]);
  const lostBlobs = lostEverywhere(read.lostBlobs, index);
  const trees = lostBlobs.size === 0 ? walked : await walk(lostBlobs);
  // Marked packs are a prune's business, unless something is missing that may be in them.
  // What an index lists that cannot be read is not known to be left over, nor to be lost.
  const isLeft = (id: PackId): boolean =>
    loaded.unreadable.length === 0 && !loaded.packs.has(id) && (trees.unknownBlobs.size > 0 || !index.marked.has(id));
  const known = { unknownBlobs: trees.unknownBlobs, findings: [...snapshotFindings, ...trees.findings] };
  const unlisted = [...sizes].filter(([id]) => isLeft(id)).map(([id, sizeBytes]) => ({ id, sizeBytes }));
  return {
    snapshots: snapshots.length,
    packs: sizes.size,
    blobs: index.count,
    trees: trees.trees,
    packsRead: chosen.length,
    bytesRead: read.bytesRead,
    findings: [
      ...(await checkKeys(repo, signal)),
      ...snapshotFindings,
      ...loaded.findings,
      ...comparePacks(loaded, sizes),
      ...(await unlistedPacks(repo, unlisted, known, signal)),
      ...read.findings,
      ...trees.findings,
      ...duplicateNotes(duplicatesOf(loaded, index, isThere)),
    ],
  };
}

/** Those of which no other pack has a copy that may be good. */
function lostEverywhere(lost: ReadonlyMap<string, ReadonlySet<PackId>>, index: BlobIndex): Set<string> {
  const gone = new Set<string>();
  for (const [blob, packs] of lost) {
    const places = (["data", "tree"] as const).flatMap((type) => index.places(type, blob as BlobId));
    if (places.every(({ pack }) => packs.has(pack))) gone.add(blob);
  }
  return gone;
}

/** Each pack is there with the size its blobs need. */
function comparePacks(loaded: LoadedIndexes, sizes: ReadonlyMap<PackId, number>): Finding[] {
  const findings: Finding[] = [];
  for (const [id, rows] of loaded.packs) {
    const actual = sizes.get(id);
    const expected = expectedPackBytes(rows);
    if (actual === undefined) findings.push(finding("PACK_MISSING", { pack: shortId(id), blobs: rows.to - rows.from }));
    else if (actual !== expected) findings.push(finding("PACK_SIZE_WRONG", { pack: id, expected, actual }));
  }
  return findings;
}

function duplicateNotes({ count, sizeBytes }: { count: number; sizeBytes: number }): Finding[] {
  return count === 0 ? [] : [finding("BLOBS_DUPLICATED", { count, sizeBytes })];
}

/** A key that is damaged opens nothing any more: its owner must know before they need it. */
async function checkKeys(repo: Repository, signal?: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const { name } of repo.storage.list("keys", signal)) {
    const id = parseId<KeyId>(name);
    if (id === undefined) continue;
    try {
      decodeKeyFile(await loadVerified(repo, "keys", id, signal), objectName("keys", id));
    } catch (error) {
      if (!isObhutError(error) || signal?.aborted) throw error;
      if (isObhutError(error, "STORAGE_FILE_MISSING")) continue;
      const code = isDamage(error) ? "KEY_DAMAGED" : "KEY_UNREADABLE";
      findings.push(finding(code, { key: shortId(id), reason: failureReason(error) }));
    }
  }
  return findings;
}
