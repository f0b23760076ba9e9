/** Finds entries of snapshots by name, or what in them needs a blob or a pack. */
import { type BytePath, displayPath } from "../base/byte-path.ts";
import { type Finding, finding, isIncomplete } from "../base/finding-codes.ts";
import { type BlobId, shortId } from "../base/ids.ts";
import type { Destination } from "../plans/destination.ts";
import { failureReason } from "../repository/failure-reason.ts";
import { type EntryQuery, matchesEntry, mayMatchBelow } from "../repository/find/entry-query.ts";
import { type BlobHit, blobsOfPacks, packsOf, SoughtBlobs } from "../repository/find/sought-blobs.ts";
import { type LookedAt, TreeSearch, type TreeSearchOptions } from "../repository/find/tree-search.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { IndexedRepository } from "../repository/repository.ts";
import { loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import { chooseSnapshots, type SnapshotsChoice } from "./choose-snapshots.ts";
import { readWhileTaking } from "./hold-lock.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export type Sought =
  | ({ readonly kind: "entries" } & EntryQuery)
  /** Ids, or at least their first two digits, in small letters. */
  | { readonly kind: "blob" | "tree" | "pack"; readonly ids: readonly string[] };

export interface RunFindOptions {
  readonly repository: Destination;
  readonly snapshots: SnapshotsChoice;
  readonly sought: Sought;
}

/** Told as it is found, the newest snapshot first. */
export interface FindViewer {
  entry(snapshot: StoredSnapshot, entry: LookedAt): void;
  /** `packs`: first digits of those that hold the blob. */
  blob(snapshot: StoredSnapshot, hit: BlobHit, packs: readonly string[]): void;
}

export interface FindSummary {
  readonly location: string;
  /** That were searched. */
  readonly snapshots: number;
  readonly matches: number;
  readonly incomplete: boolean;
}

/** Errors: OBJECT_NOT_FOUND for a pack, and those of `chooseSnapshots` and the repository. A folder that cannot be read is a finding. */
export async function runFind(
  { repository, snapshots: choice, sought }: RunFindOptions,
  parts: Parts,
  { watch, viewer }: { readonly watch: JobWatch; readonly viewer: FindViewer },
): Promise<FindSummary> {
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  await using opened = await openDestination(repository, parts);
  await using lock = await lockForReading(opened.repository, { emit, signal: watch.signal });
  const { repo, chosen, blobs } = await readWhileTaking(lock, async () => {
    const loaded = await loadSnapshots(opened.repository, lock.signal);
    const onFinding = (found: Finding): void => emit({ type: "finding", finding: found });
    const chosen = chooseSnapshots(loaded, choice, onFinding).toReversed();
    const repo = await loadIndex(opened.repository, { signal: lock.signal });
    return { repo, chosen, blobs: await soughtBlobs(repo, sought, lock.signal) };
  });
  await lock.taken;
  const searching = { repo, snapshots: chosen, viewer, watch: { emit, signal: lock.signal } };
  const matches = await (sought.kind === "entries"
    ? findEntries(sought, searching)
    : findBlobs(blobs ?? new SoughtBlobs(), searching));
  const { location } = repo.storage;
  return { location, snapshots: chosen.length, matches, incomplete: findings.some(isIncomplete) };
}

async function soughtBlobs(
  repo: IndexedRepository,
  sought: Sought,
  signal: AbortSignal,
): Promise<SoughtBlobs | undefined> {
  if (sought.kind === "entries") return undefined;
  if (sought.kind === "pack") return await blobsOfPacks(repo, sought.ids, signal);
  const blobs = new SoughtBlobs();
  for (const id of sought.ids) blobs.add(sought.kind === "blob" ? "data" : "tree", id);
  return blobs;
}

interface Searching {
  readonly repo: IndexedRepository;
  readonly snapshots: readonly StoredSnapshot[];
  readonly viewer: FindViewer;
  readonly watch: JobWatch;
}

async function findEntries(query: EntryQuery, searching: Searching): Promise<number> {
  const look = (walked: LookedAt): readonly LookedAt[] => (matchesEntry(query, walked) ? [walked] : []);
  const enters = (path: BytePath): boolean => mayMatchBelow(query, path);
  return await searchAll(searching, { look, enters }, (snapshot, entry) => searching.viewer.entry(snapshot, entry));
}

async function findBlobs(blobs: SoughtBlobs, searching: Searching): Promise<number> {
  const { repo, viewer } = searching;
  const look = (walked: LookedAt): readonly BlobHit[] => blobs.look(walked);
  const root = ({ tree: id }: StoredSnapshot): readonly BlobHit[] =>
    blobs.has("tree", id) ? [{ type: "tree", id, path: "/" as BytePath }] : [];
  const tell = (snapshot: StoredSnapshot, hit: BlobHit): void => viewer.blob(snapshot, hit, packsOf(repo, hit));
  return await searchAll(searching, { look, enters: () => true, root }, tell);
}

interface Search<Hit extends object> extends Pick<TreeSearchOptions<Hit>, "look" | "enters"> {
  /** What is found in the snapshot itself. */
  readonly root?: (snapshot: StoredSnapshot) => readonly Hit[];
}

async function searchAll<Hit extends object>(
  { repo, snapshots, watch: { emit, signal } }: Searching,
  { root, ...search }: Search<Hit>,
  tell: (snapshot: StoredSnapshot, hit: Hit) => void,
): Promise<number> {
  let matches = 0;
  let current = "";
  const onDamaged = (error: unknown, tree: BlobId, path: BytePath): void => {
    const where = { tree: shortId(tree), path: displayPath(path), snapshot: current };
    emit({ type: "finding", finding: finding("TREE_DAMAGED", { ...where, reason: failureReason(error) }) });
  };
  const trees = new TreeSearch<Hit>(repo, { ...search, onDamaged, signal });
  for (const snapshot of snapshots) {
    signal.throwIfAborted();
    current = shortId(snapshot.id);
    emit({ type: "status", phase: "search", filesDone: 0, bytesDone: 0, current });
    const told = (hit: Hit): void => {
      matches += 1;
      tell(snapshot, hit);
    };
    for (const hit of root?.(snapshot) ?? []) told(hit);
    for await (const hit of trees.in(snapshot.tree)) told(hit);
  }
  return matches;
}
