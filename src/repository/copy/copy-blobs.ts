/** Brings blobs from the packs of one repository into new packs of another: read, proven, sealed anew. */

import { availableParallelism } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { isObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type PackId, shortId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { failureReason, severalReasons } from "../failure-reason.ts";
import { masterKeyBytes } from "../format/crypto.ts";
import { idBytes } from "../format/hex.ts";
import { loadBlob } from "../load-blob.ts";
import { packFile } from "../pack-file.ts";
import type { BlobWriter, StoredBlob } from "../packs/blob-writer.ts";
import type { IndexedRepository, Repository } from "../repository.ts";
import { SharedLoads } from "../workers/shared-loads.ts";
import { WorkerPool, workerScript } from "../workers/worker-pool.ts";
import type { BlobList } from "./blob-list.ts";
import type { LostBlobs } from "./lost-blobs.ts";
import type { OpenBlobsResult, OpenBlobsTask, OpenerData, PayloadForm } from "./open-blobs-task.ts";
import { type ReadRun, readRuns } from "./read-runs.ts";

export type OpeningThreads = WorkerPool<OpenBlobsTask, OpenBlobsResult>;

const threadLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 };

/** One thread seals what they have opened; more of them would only hold more memory. */
const maxThreads = 3;

/** Owned by the caller. */
export function openingThreads(from: Repository, to: Repository): OpeningThreads {
  return new WorkerPool<OpenBlobsTask, OpenBlobsResult>({
    script: workerScript("./open-blobs-worker", import.meta.url),
    workerData: (): OpenerData => ({ masterKey: masterKeyBytes(from.masterKey), payloads: payloadForm(from, to) }),
    resourceLimits: threadLimits,
    size: Math.min(maxThreads, availableParallelism()),
  });
}

function payloadForm(from: Repository, to: Repository): PayloadForm {
  if (to.config.version < 2) return "plain";
  return from.config.version < 2 ? "compressed" : "as-it-is";
}

export interface CopyBlobsOptions {
  readonly from: IndexedRepository;
  readonly writer: BlobWriter;
  readonly pool: OpeningThreads;
  readonly blobs: BlobList;
  /** What no pack gives any more is added. */
  readonly lost: LostBlobs;
  readonly onRead?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * The rows `from` to `to` of the list. A finding for each pack that did not give what it should, where no other pack did. Rejects where the
 * other repository cannot be written.
 */
export async function copyBlobs(
  range: { readonly from: number; readonly to: number },
  options: CopyBlobsOptions,
): Promise<readonly Finding[]> {
  const { blobs, pool } = options;
  const copier = new BlobCopier(options);
  const runs = [...readRuns(blobs, blobs.rowsByPlace(range.from, range.to))];
  await eachConcurrently(runs.length, pool.size + 1, async (at) => {
    const run = runs[at];
    if (run !== undefined) await copier.copy(run);
  });
  return copier.findings();
}

interface PackTrouble {
  readonly code: "PACK_DAMAGED" | "PACK_UNREADABLE";
  readonly reasons: [AnyReason, ...AnyReason[]];
}

class BlobCopier {
  readonly #options: CopyBlobsOptions;
  readonly #loads: SharedLoads;
  readonly #troubles = new Map<PackId, PackTrouble>();

  constructor(options: CopyBlobsOptions) {
    this.#options = options;
    this.#loads = new SharedLoads(options.from.storage, limits.copyRunBytes);
  }

  async copy(run: ReadRun): Promise<void> {
    const { pool, onRead, signal } = this.#options;
    signal?.throwIfAborted();
    const { pack, offset, length, rows } = run;
    const stretch = {
      file: packFile(pack, this.#options.blobs.type(rows[0] ?? 0)),
      range: { offset, length },
      signal,
    } as const;
    let isRead = false;
    try {
      await this.#loads.with(stretch, async (bytes) => {
        isRead = true;
        const task = this.#taskOf(run, bytes);
        await this.#write(rows, task, await pool.run(task));
      });
    } catch (error) {
      if (isRead || !isObhutError(error) || signal?.aborted) throw error;
      // One at a time what can still be had is had: the pack may only be cut off.
      for (const row of rows) await this.#rescue(row, { code: "PACK_UNREADABLE", reason: failureReason(error) });
    }
    onRead?.(rows.reduce((sum, row) => sum + this.#options.blobs.length(row), 0));
  }

  findings(): readonly Finding[] {
    return [...this.#troubles].map(([pack, { code, reasons }]) => {
      const params = { pack: code === "PACK_DAMAGED" ? pack : shortId(pack), reason: severalReasons(reasons) };
      return finding(code, params);
    });
  }

  #taskOf({ offset, rows }: ReadRun, bytes: Uint8Array): OpenBlobsTask {
    const { blobs } = this.#options;
    const ids = new Uint8Array(rows.length * idBytes);
    for (const [at, row] of rows.entries()) ids.set(blobs.idBytes(row), at * idBytes);
    return {
      bytes,
      ids,
      offsets: rows.map((row) => blobs.offset(row) - offset),
      lengths: rows.map((row) => blobs.length(row)),
      uncompressedLengths: rows.map((row) => blobs.uncompressedLength(row)),
      types: Uint8Array.from(rows, (row) => (blobs.type(row) === "tree" ? 1 : 0)),
    };
  }

  async #write(rows: Uint32Array, { bytes, offsets }: OpenBlobsTask, result: OpenBlobsResult): Promise<void> {
    const { blobs, writer } = this.#options;
    for (const [at, row] of rows.entries()) {
      const damage = result.damages.get(at);
      if (damage !== undefined) {
        const id = shortId(blobs.id(row));
        await this.#rescue(row, { code: "PACK_DAMAGED", reason: reason("ofBlob", { blob: id, reason: damage }) });
        continue;
      }
      const uncompressedLength = result.uncompressedLengths[at] ?? 0;
      const payload = payloadAt(at, { bytes, offsets }, result);
      await writer.addStored({ type: blobs.type(row), id: blobs.id(row), uncompressedLength, ...payload });
    }
  }

  /** From any other place that has it; else it is lost. */
  async #rescue(
    row: number,
    { code, reason: why }: { readonly code: PackTrouble["code"]; readonly reason: AnyReason },
  ): Promise<void> {
    const { blobs, from, writer, lost, signal } = this.#options;
    const [type, id, pack] = [blobs.type(row), blobs.id(row), blobs.pack(row)];
    let plain: Uint8Array;
    try {
      plain = await loadBlob(from, type, id, signal);
    } catch (error) {
      if (!isObhutError(error) || signal?.aborted) throw error;
      lost.add(type, id);
      const trouble = this.#troubles.get(pack);
      if (trouble === undefined) this.#troubles.set(pack, { code, reasons: [why] });
      else if (!trouble.reasons.some((one) => isDeepStrictEqual(one, why))) trouble.reasons.push(why);
      return;
    }
    await writer.addPlain(type, plain);
  }
}

/** What the thread left of a blob, with the room behind it that the cipher wants, where there is any. */
function payloadAt(
  at: number,
  { bytes, offsets }: Pick<OpenBlobsTask, "bytes" | "offsets">,
  { payloadBytes, elsewhere }: OpenBlobsResult,
): Pick<StoredBlob, "payload" | "payloadBytes"> {
  const other = elsewhere.get(at);
  if (other !== undefined) return { payload: other };
  const [begin, length] = [offsets[at] ?? 0, payloadBytes[at] ?? 0];
  const end = begin + Math.max(1, Math.ceil(length / 16)) * 16;
  if (end > bytes.length) return { payload: bytes.subarray(begin, begin + length) };
  return { payload: bytes.subarray(begin, end), payloadBytes: length };
}
