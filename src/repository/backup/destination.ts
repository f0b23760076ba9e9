/**
 * One repository during a backup: saves packs, lists them in indexes once they are durable, at last the snapshot. Its failure stops
 * nothing but itself.
 */
import type { PackId, SnapshotId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import type { PackHeader } from "../format/pack.ts";
import { encodeSnapshot, type Snapshot } from "../format/snapshot-file.ts";
import { loadIndex } from "../load-index.ts";
import { saveSealed } from "../object-file.ts";
import { packFile } from "../pack-file.ts";
import type { FilledPack } from "../packs/filled-pack.ts";
import { IndexWriter } from "../packs/index-writer.ts";
import type { BackupTarget } from "./backup-options.ts";

export interface Stored {
  blobs: number;
  plainBytes: number;
  packedBytes: number;
}

export class Destination {
  readonly target: BackupTarget;
  /** Its place in the list of targets. */
  readonly number: number;
  readonly data: Stored = { blobs: 0, plainBytes: 0, packedBytes: 0 };
  readonly trees: Stored = { blobs: 0, plainBytes: 0, packedBytes: 0 };
  adoptedPacks = 0;
  #error: Error | undefined;
  readonly #indexes: IndexWriter;
  /** Never rejects: where nothing may be written this destination has failed. The source is read meanwhile. */
  readonly #mayWrite: Promise<void>;
  readonly #saves = new Set<Promise<void>>();
  readonly #dryRun: boolean;
  readonly #signal: AbortSignal;

  constructor(target: BackupTarget, number: number, run: { readonly dryRun: boolean; readonly signal: AbortSignal }) {
    this.target = target;
    this.number = number;
    this.#dryRun = run.dryRun;
    this.#signal = run.signal;
    this.#indexes = new IndexWriter(target.repository, run.signal);
    this.#mayWrite = (target.mayWrite ?? Promise.resolve()).catch((error: unknown) => this.fail(error));
  }

  /** Its bit in masks. */
  get bit(): number {
    return 1 << this.number;
  }

  /** What made it fail. It takes no further part then. */
  get error(): Error | undefined {
    return this.#error;
  }

  get location(): string {
    return this.target.repository.storage.location;
  }

  fail(error: unknown): void {
    this.#error ??= error instanceof Error ? error : new Error(String(error));
  }

  /** Saves a pack, unless this destination failed. Never rejects; settles when the pack's memory is free again. */
  async savePack(pack: FilledPack, kind: "data" | "tree"): Promise<void> {
    if (this.#error !== undefined) return;
    if (pack.buffer !== undefined) {
      const bytes = new Uint8Array(pack.buffer, 0, pack.bytes);
      await this.#guard(async () => {
        await this.target.repository.storage.save(packFile(pack.id, kind), bytes, this.#signal);
        this.addIndexed(pack.id as PackId, pack.header);
      });
    }
    const stored = kind === "data" ? this.data : this.trees;
    stored.blobs += pack.blobs;
    stored.plainBytes += pack.plainBytes;
    stored.packedBytes += pack.bytes;
  }

  /** A pack that is durable gets into the next index. */
  addIndexed(id: PackId, header: PackHeader): void {
    if (this.#indexes.add({ id, header })) this.#saveIndex();
  }

  /** All packs and indexes are durable when it resolves, or `error` says why not. */
  async saveIndexes(): Promise<void> {
    await this.#settled();
    this.#saveIndex();
    await this.#settled();
  }

  /** Only after `saveIndexes`. Undefined where this destination failed, before or now, and in a dry run. */
  async saveSnapshot(snapshot: Snapshot): Promise<SnapshotId | undefined> {
    if (this.#error !== undefined || this.#dryRun) return undefined;
    let id: SnapshotId | undefined;
    const { repository } = this.target;
    await this.#guard(async () => {
      id = await saveSealed<SnapshotId>(repository, "snapshots", encodeSnapshot(snapshot), this.#signal);
    });
    return id;
  }

  /** After the snapshot: so that the next run need not read again what this one listed. */
  async keepIndex(): Promise<void> {
    const { repository } = this.target;
    const isWorthIt = this.data.blobs >= limits.joinedIndexBlobs && repository.joinedIndex !== undefined;
    if (this.#error !== undefined || this.#dryRun || !isWorthIt) return;
    await loadIndex(repository, { signal: this.#signal }).catch(() => undefined);
  }

  #saveIndex(): void {
    if (this.#error !== undefined || this.#dryRun) return;
    void this.#guard(() => this.#indexes.save());
  }

  /** Saves once anything may be written, and keeps the error. */
  #guard(save: () => Promise<unknown>): Promise<void> {
    const guarded: Promise<void> = this.#mayWrite
      .then(async () => {
        if (this.#error === undefined) await save();
      })
      .then(
        () => undefined,
        (error: unknown) => this.fail(error),
      )
      .finally(() => this.#saves.delete(guarded));
    this.#saves.add(guarded);
    return guarded;
  }

  async #settled(): Promise<void> {
    while (this.#saves.size > 0) await Promise.all(this.#saves);
  }
}
