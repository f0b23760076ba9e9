/** Which snapshots are the newest good ones: what Obhut's own manifests say of captures, asked only as far back as it takes. */
import { type Finding, findingCodes, isIncomplete } from "../base/finding-codes.ts";
import type { SnapshotId } from "../base/ids.ts";
import { parts as allParts, type Part } from "../openwebui/parts.ts";
import { type NewestComplete, newestComplete } from "../repository/forget/newest-complete.ts";
import { isFuture } from "../repository/forget/plan-forget.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { IndexedRepository, Repository } from "../repository/repository.ts";
import type { SnapshotLabel, StoredSnapshot } from "../repository/snapshots.ts";
import { readManifest } from "./load-target.ts";

export interface GoodSnapshotsOptions {
  /** All of the repository, oldest first. */
  readonly snapshots: readonly StoredSnapshot[];
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

export class GoodSnapshots {
  readonly #repository: Repository;
  readonly #options: GoodSnapshotsOptions;
  readonly #known = new Map<SnapshotId, ReadonlySet<Part>>();
  #indexed: Promise<IndexedRepository> | undefined;

  constructor(repository: Repository, options: GoodSnapshotsOptions) {
    this.#repository = repository;
    this.#options = options;
  }

  /** The newest good ones of every instance that `removed` would take something from. */
  async keptFrom(removed: readonly SnapshotLabel[]): Promise<ReadonlySet<SnapshotId>> {
    const kept = new Set<SnapshotId>();
    for (const instance of new Set(removed.map(instanceOf))) {
      for (const id of (await this.#newest(instance)).snapshots) kept.add(id);
    }
    return kept;
  }

  /** One of `removed` without which its instance has no good snapshot of some part any more; undefined where others have it all. */
  async lastAmong(removed: readonly StoredSnapshot[]): Promise<StoredSnapshot | undefined> {
    const gone = new Set(removed.map(({ id }) => id));
    for (const instance of new Set(removed.map(instanceOf))) {
      const now = await this.#newest(instance);
      const later = await this.#newest(instance, gone);
      const lost = later.snapshots.size === 0 || [...now.parts].some((part) => !later.parts.has(part));
      const last = removed.findLast((one) => instanceOf(one) === instance && now.snapshots.has(one.id));
      if (lost && last !== undefined) return last;
    }
    return undefined;
  }

  async #newest(instance: string, without: ReadonlySet<SnapshotId> = new Set()): Promise<NewestComplete<Part>> {
    const { snapshots, nowMs } = this.#options;
    const mine = snapshots.filter(
      (one) => instanceOf(one) === instance && !isFuture(one, nowMs) && !without.has(one.id),
    );
    return await newestComplete(mine.reverse(), allParts, (one) => this.#partsOf(one));
  }

  /** What another program made says nothing about itself, so it counts as complete. */
  async #partsOf(snapshot: StoredSnapshot): Promise<ReadonlySet<Part>> {
    if (!isOwn(snapshot)) return new Set(allParts);
    const known = this.#known.get(snapshot.id) ?? (await this.#read(snapshot));
    this.#known.set(snapshot.id, known);
    return known;
  }

  async #read(snapshot: StoredSnapshot): Promise<ReadonlySet<Part>> {
    const { signal } = this.#options;
    this.#indexed ??= loadIndex(this.#repository, { signal });
    const manifest = await readManifest(await this.#indexed, snapshot, signal);
    const complete = manifest !== undefined && !manifest.findings.some(tellsOfLoss);
    return new Set(complete ? manifest.parts.map(({ part }) => part) : []);
  }
}

/** A code of another version of Obhut may mean anything. */
function tellsOfLoss(found: Finding): boolean {
  return !Object.hasOwn(findingCodes, found.code) || isIncomplete(found);
}

function isOwn({ programVersion }: SnapshotLabel): boolean {
  return programVersion.startsWith("obhut ");
}

/** A host that another program backs up too is not the instance of the same name. */
function instanceOf(snapshot: SnapshotLabel): string {
  return JSON.stringify([isOwn(snapshot), snapshot.hostname]);
}
