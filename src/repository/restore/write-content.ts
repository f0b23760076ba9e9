/** Brings the content of a plan's files to where it is written. */
import { constants } from "node:fs";
import { copyFile, truncate } from "node:fs/promises";
import { bytesOf } from "../../base/byte-path.ts";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { isDiskFull } from "../../base/errors.ts";
import { failureReason } from "../failure-reason.ts";
import { SharedLoads } from "../workers/shared-loads.ts";
import type { ContentFiles } from "./content-files.ts";
import { comparePlanned } from "./existing-files.ts";
import { PieceRescue } from "./piece-rescue.ts";
import { columnsOf, maxPartBytes, type PackPart, packParts } from "./write-tasks.ts";

/** Pieces in memory beyond those the threads hold. */
const maxLoads = 6;
/** A file of which this share or more lies there already is copied and patched, not written anew. */
const worthPatching = 0.5;

/** For the files of which some lies there already: which of their pieces differ. */
export type MissingPieces = ReadonlyMap<number, Uint32Array>;

/** Finds out what of the target is as it should be. Writes nothing. */
export async function compareWithTarget(content: ContentFiles): Promise<MissingPieces> {
  const { pool, plan } = content.run;
  const missing = new Map<number, Uint32Array>();
  content.begin("compare");
  await content.each(async (file, number) => {
    const { different, sameSize } = await comparePlanned(pool, plan, file, content.place(file));
    if (different.length === 0 && sameSize) {
      content.present.add(number);
      content.unchangedBytes += file.sizeBytes;
    } else if (different.length < file.pieceCount * worthPatching) {
      missing.set(number, different);
    }
    content.done({ files: 1, bytes: file.sizeBytes });
  });
  return missing;
}

export async function writeContent(content: ContentFiles, missing: MissingPieces): Promise<void> {
  const { plan, pool, repo } = content.run;
  await copyWhatIsPatched(content, missing);
  const parts = packParts(plan.pieces, rowsToWrite(content, missing));
  content.begin("restore");
  const loads = Math.min(maxLoads, Math.max(repo.storage.connections, 2 * pool.size));
  const writer = new PartWriter(content, missing);
  await eachConcurrently(parts.length, loads, async (at) => {
    const part = parts[at];
    if (part !== undefined) await writer.write(part);
  });
  await writer.finish();
}

class PartWriter {
  readonly #content: ContentFiles;
  readonly #loads: SharedLoads;
  readonly #rescue: PieceRescue;
  /** Pieces that each file still lacks. */
  readonly #left: Uint32Array;

  constructor(content: ContentFiles, missing: MissingPieces) {
    this.#content = content;
    this.#loads = new SharedLoads(content.run.repo.storage, maxPartBytes);
    this.#rescue = new PieceRescue(content);
    const files = content.run.plan.files;
    this.#left = Uint32Array.from(files, ({ pieceCount }, number) => missing.get(number)?.length ?? pieceCount);
  }

  async write(part: PackPart): Promise<void> {
    const { plan, pool, options } = this.#content.run;
    options.signal?.throwIfAborted();
    const { columns, files } = columnsOf(plan.pieces, part);
    const { pack, offset, length } = part;
    const outputs = files.flatMap((number) => this.#content.outputs[number] ?? []);
    try {
      const load = { file: { type: "data", name: pack }, range: { offset, length }, signal: options.signal } as const;
      const result = await this.#loads.with(
        load,
        async (bytes) => await pool.run({ kind: "write", bytes, pieces: columns, files: outputs }),
      );
      if (result.kind !== "written") return;
      for (const { piece, reason } of result.damages) this.#rescue.add(part.rows[piece], reason);
      for (const { file, reason } of result.failures) this.#content.fail(files[file], reason);
    } catch (error) {
      if (options.signal?.aborted || isDiskFull(error)) throw error;
      for (const row of part.rows) this.#rescue.add(row, failureReason(error));
    }
    this.#content.done(this.#countDone(part));
  }

  /** What its pack did not give is looked for in others. */
  async finish(): Promise<void> {
    await this.#rescue.run();
  }

  #countDone({ rows }: PackPart): { files: number; bytes: number } {
    const { pieces } = this.#content.run.plan;
    let [files, bytes] = [0, 0];
    for (const row of rows) {
      const file = pieces.fileOf(row);
      const length = pieces.plainLengthOf(row);
      bytes += length;
      const left = (this.#left[file] ?? 1) - 1;
      this.#left[file] = left;
      if (left === 0) files++;
    }
    return { files, bytes };
  }
}

async function copyWhatIsPatched(content: ContentFiles, missing: MissingPieces): Promise<void> {
  const { plan } = content.run;
  for (const [number, different] of missing) {
    const [file, output] = [plan.files[number], content.outputs[number]];
    if (file === undefined || output === undefined) continue;
    await copyFile(bytesOf(content.place(file)), bytesOf(output.path), constants.COPYFILE_FICLONE);
    await truncate(bytesOf(output.path), file.sizeBytes);
    content.outputs[number] = { ...output, fresh: false };
    let bytes = file.sizeBytes;
    for (const piece of different) bytes -= plan.pieces.plainLengthOf(file.firstPiece + piece);
    content.unchangedBytes += bytes;
  }
}

function rowsToWrite({ run: { plan }, present }: ContentFiles, missing: MissingPieces): Uint32Array {
  const rows = new Uint32Array(plan.pieces.count);
  let count = 0;
  for (const [number, file] of plan.files.entries()) {
    if (present.has(number)) continue;
    const different = missing.get(number);
    if (different !== undefined) for (const piece of different) rows[count++] = file.firstPiece + piece;
    else for (let piece = 0; piece < file.pieceCount; piece++) rows[count++] = file.firstPiece + piece;
  }
  return rows.subarray(0, count);
}
