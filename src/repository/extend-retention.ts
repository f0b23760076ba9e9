/** Keeps what a restore needs locked for another period, in a place that locks files against removal. */
import { eachConcurrently } from "../base/each-concurrently.ts";
import { reasonOf } from "../base/errors.ts";
import { type Finding, finding } from "../base/finding-codes.ts";
import type { PackId } from "../base/ids.ts";
import type { FileType, StorageFile, StoredFile } from "../storage/storage.ts";
import type { Repository } from "./repository.ts";

export interface ExtendRetentionOptions {
  /** Packs that indexes list, without those that are marked as to be removed. */
  readonly needed: ReadonlySet<PackId>;
  readonly signal: AbortSignal;
  readonly onFinding: (found: Finding) => void;
}

const types: readonly FileType[] = ["config", "keys", "index", "snapshots", "data"];

/** Does nothing where the place locks nothing. Rejects with the signal's reason, and where a listing fails. */
export async function extendRetention(
  { storage }: Pick<Repository, "storage">,
  { needed, signal, onFinding }: ExtendRetentionOptions,
): Promise<void> {
  const extend = storage.extend?.bind(storage);
  if (extend === undefined) return;
  const files: (StorageFile & Pick<StoredFile, "modifiedMs">)[] = [];
  for (const type of types) {
    for await (const file of storage.list(type, signal)) {
      if (type === "data" && !needed.has(file.name as PackId)) continue;
      files.push({ type, name: file.name, ...(file.modifiedMs === undefined ? {} : { modifiedMs: file.modifiedMs }) });
    }
  }
  const done = { extended: 0, failed: 0, reason: "" };
  await eachConcurrently(files.length, storage.connections, async (index) => {
    const file = files[index] as (typeof files)[number];
    try {
      if (await extend(file, file.modifiedMs, signal)) done.extended += 1;
    } catch (error) {
      signal.throwIfAborted();
      done.failed += 1;
      done.reason ||= reasonOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);
    }
  });
  const { location } = storage;
  if (done.extended > 0) onFinding(finding("RETENTION_EXTENDED", { location, count: done.extended }));
  if (done.failed > 0) {
    onFinding(finding("RETENTION_NOT_EXTENDED", { location, count: done.failed, reason: done.reason }));
  }
}
