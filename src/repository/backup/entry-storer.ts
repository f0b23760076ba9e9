/** Takes the entries one after the other: each is found unchanged, or read; then it stands in the snapshot's tree. */
import { displayPath } from "../../base/byte-path.ts";
import { reasonOf } from "../../base/errors.ts";
import { finding } from "../../base/finding-codes.ts";
import type { PackedIds } from "../format/node.ts";
import type { ReadOutcome, SourceEntry } from "../source-entry.ts";
import type { BackupCounts, Change } from "./backup-counts.ts";
import type { BackupOptions } from "./backup-options.ts";
import type { Destination } from "./destination.ts";
import type { FewBytes } from "./few-bytes.ts";
import { type FileOutcome, readFile } from "./file-reader.ts";
import type { KnownBlobs } from "./known-blobs.ts";
import type { ParentFiles } from "./parent-files.ts";
import type { RangeQueue } from "./range-queue.ts";
import type { SnapshotTree } from "./snapshot-tree.ts";

export interface EntryStorerOptions {
  readonly options: BackupOptions;
  readonly destinations: readonly Destination[];
  readonly known: KnownBlobs;
  readonly counts: BackupCounts;
  readonly tree: SnapshotTree;
  readonly parents: readonly ParentFiles[];
  readonly queue: RangeQueue;
  /** What stores a few bytes at once, while no reading thread was started. */
  readonly few: () => FewBytes | undefined;
}

export class EntryStorer {
  readonly #run: EntryStorerOptions;
  readonly #underWay = new Map<SourceEntry, Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(run: EntryStorerOptions) {
    this.#run = run;
  }

  async storeAll(entries: AsyncIterable<SourceEntry>): Promise<void> {
    for await (const entry of entries) {
      this.#start(entry);
      await this.#run.queue.ready();
      if (this.#failure !== undefined) throw this.#failure.error;
    }
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values());
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** The backup ended before these entries were done: nobody waits for them any more. */
  abandon(error: unknown): void {
    for (const entry of this.#underWay.keys()) tellDone(entry, { kind: "failed", error: asError(error) });
    this.#underWay.clear();
  }

  #start(entry: SourceEntry): void {
    const stored = this.#store(entry).then(
      (outcome) => {
        if (this.#underWay.delete(entry)) tellDone(entry, outcome);
      },
      (error: unknown) => {
        this.#failure ??= { error };
        if (this.#underWay.delete(entry)) tellDone(entry, { kind: "failed", error: asError(error) });
      },
    );
    this.#underWay.set(entry, stored);
  }

  async #store(entry: SourceEntry): Promise<ReadOutcome> {
    const { tree, counts, queue } = this.#run;
    if (entry.meta.kind !== "file") {
      tree.add(entry.path, entry.meta, null);
      return { kind: "read", bytes: 0 };
    }
    const unchanged = await this.#unchanged(entry);
    if (unchanged !== undefined) {
      const [first] = unchanged;
      const same = first !== undefined && unchanged.every((content) => isEqual(content, first));
      tree.add(entry.path, entry.meta, same ? first : unchanged);
      counts.tellBytes(entry.path, entry.meta.sizeBytes);
      counts.countFile(
        entry.meta.sizeBytes,
        unchanged.map(() => "unmodified"),
      );
      return { kind: "unchanged" };
    }
    const tell = (bytes: number): void => counts.tellBytes(entry.path, bytes);
    return await this.#take(entry, (await this.#fewBytes(entry, tell)) ?? (await readFile(queue, entry, tell)));
  }

  async #fewBytes(entry: SourceEntry, tell: (bytes: number) => void): Promise<FileOutcome | undefined> {
    const content = await this.#run.few()?.store(entry);
    if (content === undefined) return undefined;
    const { meta } = entry;
    tell(meta.sizeBytes);
    return { kind: "read", content, bytes: meta.sizeBytes, meta, torn: false };
  }

  /** Each destination's own content, where all of them have the file as it is, with every piece of it. */
  async #unchanged(entry: SourceEntry): Promise<PackedIds[] | undefined> {
    const { destinations, parents, known } = this.#run;
    const contents: PackedIds[] = [];
    for (const { number, bit, error } of destinations) {
      const content = error === undefined ? await parents[number]?.unchangedContent(entry) : new Uint8Array(0);
      if (content === undefined || (error === undefined && !known.haveAll(content, bit))) return undefined;
      contents.push(content);
    }
    return contents;
  }

  async #take(entry: SourceEntry, outcome: FileOutcome): Promise<ReadOutcome> {
    const { tree, counts, options } = this.#run;
    const path = displayPath(entry.path);
    if (outcome.kind === "vanished") {
      options.onFinding(finding("FILE_VANISHED", { path }));
      return outcome;
    }
    if (outcome.kind === "failed") {
      options.onFinding(finding("FILE_UNREADABLE", { path, reason: reasonOf(outcome.error) }));
      return outcome;
    }
    if (outcome.torn) options.onFinding(finding("FILE_CHANGED", { path }));
    tree.add(entry.path, outcome.meta, outcome.content);
    counts.countFile(outcome.bytes, await this.#changes(entry, outcome.content));
    return { kind: "read", bytes: outcome.bytes };
  }

  /** What became of the file beside each destination's parent. */
  async #changes({ path }: SourceEntry, content: PackedIds): Promise<Change[]> {
    const nodes = await Promise.all(this.#run.parents.map((parent) => parent.find(path)));
    return nodes.map((node) => {
      if (node?.type !== "file") return "new";
      return node.content !== null && isEqual(node.content, content) ? "unmodified" : "changed";
    });
  }
}

function isEqual(a: PackedIds, b: PackedIds): boolean {
  return a === b || Buffer.compare(a, b) === 0;
}

/** `done` must not throw; one that does must not take the backup with it. */
function tellDone(entry: SourceEntry, outcome: ReadOutcome): void {
  try {
    entry.done?.(outcome);
  } catch {
    // the contract forbids it
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
