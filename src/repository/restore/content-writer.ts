/** The content of a plan's files: what is there already, what is written where, and when it counts as good. */
import { constants } from "node:fs";
import { copyFile, open, rename, rm, truncate } from "node:fs/promises";
import { type BytePath, bytesOf, displayPath, joinPath, parentPath } from "../../base/byte-path.ts";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { isDiskFull } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import type { BlobId, PackId } from "../../base/ids.ts";
import { MiB } from "../../base/limits.ts";
import { failureReason } from "../failure-reason.ts";
import { permissionsOf } from "../format/node.ts";
import { openBlob } from "../open-blob.ts";
import type { IndexedRepository } from "../repository.ts";
import { SharedLoads } from "../workers/shared-loads.ts";
import { comparePlanned, type RestorePool } from "./existing-files.ts";
import { setExtendedAttributes } from "./extended-attributes.ts";
import { clearFolder, secondsOf, temporaryPrefix } from "./make-entries.ts";
import type { RestoreOptions, RestoreProgress } from "./restore-options.ts";
import type { PlannedFile, RestorePlan } from "./restore-plan.ts";
import type { FinishedFile, OutputFile } from "./restore-task.ts";
import { placeOf } from "./target-folder.ts";
import { columnsOf, maxPartBytes, type PackPart, packParts } from "./write-tasks.ts";

export interface ContentWriterOptions {
  readonly repo: IndexedRepository;
  readonly plan: RestorePlan;
  readonly pool: RestorePool;
  readonly root: BytePath;
  readonly options: RestoreOptions;
}

const finishBatch = 128;
const flushesAtOnce = 2;
/** Bytes; what is smaller is durable in no time. */
const worthFlushing = MiB;
/** Pieces in memory beyond those the threads hold. */
const maxLoads = 6;
/** A file of which this share or more lies there already is copied and patched, not written anew. */
const worthPatching = 0.5;

export class ContentWriter {
  readonly root: BytePath;
  readonly findings: Finding[] = [];
  /** Number of each file whose content could not be had or written, with the reason. */
  readonly failed = new Map<number, string>();
  /** Numbers of the files whose content lies there already. */
  readonly present = new Set<number>();
  /** Of those that failed: the repository's copy is good, what was read back is not. */
  readonly #wrong = new Set<number>();
  unchangedBytes = 0;
  foreignOwners = 0;
  readonly #repo: IndexedRepository;
  readonly #plan: RestorePlan;
  readonly #pool: RestorePool;
  readonly #options: RestoreOptions;
  readonly #loads: SharedLoads;
  /** Where each file is written: its place, or a name beside it that takes the place later. */
  readonly #outputs: OutputFile[];
  /** Rows that a copy of the old file lacks; undefined: all. */
  readonly #missing = new Map<number, Uint32Array>();
  /** Pieces that each file still lacks. */
  readonly #left: Uint32Array;
  #filesDone = 0;
  #bytesDone = 0;

  constructor({ repo, plan, pool, root, options }: ContentWriterOptions) {
    this.root = root;
    this.#repo = repo;
    this.#plan = plan;
    this.#pool = pool;
    this.#options = options;
    this.#loads = new SharedLoads(repo.storage, maxPartBytes);
    this.#left = Uint32Array.from(plan.files, (file) => file.pieceCount);
    const run = Buffer.from(repo.actor.random(4)).toString("hex");
    this.#outputs = plan.files.map((file, number) => {
      const place = placeOf(root, file.relative);
      const beside = joinPath(parentPath(place), `${temporaryPrefix}${run}-${number}` as BytePath);
      return { path: options.overwrite ? beside : place, sizeBytes: file.sizeBytes, fresh: true };
    });
  }

  /** Finds out what of the target is as it should be. Writes nothing. */
  async compareWithTarget(): Promise<void> {
    await this.#eachFile(async (file, number) => {
      const { different, sameSize } = await comparePlanned(this.#pool, this.#plan, file, this.#place(file));
      if (different.length === 0 && sameSize) {
        this.present.add(number);
        this.unchangedBytes += file.sizeBytes;
      } else if (different.length < file.pieceCount * worthPatching) {
        this.#missing.set(number, different);
        this.#left[number] = different.length;
      }
      this.#filesDone++;
      this.#tell("compare", file.sizeBytes);
    });
  }

  async write(): Promise<void> {
    await this.#copyWhatIsPatched();
    const parts = packParts(this.#plan.pieces, this.#rowsToWrite());
    this.#bytesDone = this.unchangedBytes;
    this.#filesDone = this.present.size;
    const loads = Math.min(maxLoads, Math.max(this.#repo.storage.connections, 2 * this.#pool.size));
    await eachConcurrently(parts.length, loads, (part) => this.#writePart(parts[part]));
  }

  /** Begins to make durable what was written: finish, which has to wait for it, then waits less. */
  async flush(): Promise<void> {
    const written = this.#numbers().filter((number) => !this.present.has(number));
    await eachConcurrently(written.length, flushesAtOnce, async (i) => {
      const output = this.#outputs[written[i] ?? -1];
      if (output === undefined || output.sizeBytes < worthFlushing) return;
      // What fails here fails again in finish, which says so.
      await using file = await open(bytesOf(output.path), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
        () => undefined,
      );
      await file?.datasync().catch(() => undefined);
    });
  }

  /** Where a file's content lies until it is put in place; undefined where it could not be had. */
  pathOf(file: PlannedFile): BytePath | undefined {
    const number = this.#plan.files.indexOf(file);
    return number < 0 || this.failed.has(number) ? undefined : this.#current(number, file);
  }

  /** Reads back what was written, and hashes it where it lies now. Files that were there already have been compared before. */
  async prove(): Promise<void> {
    this.#bytesDone = this.unchangedBytes;
    this.#filesDone = this.present.size;
    await this.#eachFile(async (file, number) => {
      // An empty one is made by finish, which looks at sizes.
      if (this.failed.has(number) || this.present.has(number) || file.sizeBytes === 0) return;
      const { different, sameSize } = await comparePlanned(this.#pool, this.#plan, file, this.#current(number, file));
      if (different.length > 0 || !sameSize) {
        const damage = await this.#damageOf(file, different);
        if (damage === undefined) this.#wrong.add(number);
        this.#fail(number, damage ?? "what was written reads back differently");
      }
      this.#filesDone++;
      this.#tell("verify", file.sizeBytes);
    });
  }

  /** Owner, mode, times, attributes; durable when it resolves. A file that failed is removed. */
  async finish(): Promise<void> {
    // Root sets attributes last, because a change of owner takes some away; others before a mode forbids it to them.
    const attributed = this.#numbers().filter((number) => (this.#plan.files[number]?.node.xattrs.length ?? 0) > 0);
    const isRoot = process.geteuid?.() === 0;
    if (!isRoot) await this.#setAttributes(attributed);
    this.foreignOwners = await this.#finishFiles(this.#numbers());
    if (isRoot) await this.#setAttributes(attributed);
    // Once more, so that the attributes are durable too.
    if (isRoot) await this.#finishFiles(attributed);
    for (const number of this.failed.keys()) await this.#unlinkOutput(number);
  }

  /** Each file that is written whole takes the place of the old one. */
  async putInPlace(): Promise<void> {
    for (const [number, reason] of this.failed) {
      const path = displayPath(this.#plan.files[number]?.path ?? ("" as BytePath));
      const wrong = this.#wrong.has(number);
      this.findings.push(
        wrong ? finding("FILE_RESTORED_WRONG", { path }) : finding("FILE_NOT_RESTORED", { path, reason }),
      );
    }
    if (!this.#options.overwrite) return;
    for (const number of this.#numbers()) {
      const [file, output] = [this.#plan.files[number], this.#outputs[number]];
      if (file === undefined || output === undefined || this.present.has(number)) continue;
      await clearFolder(this.#place(file));
      await rename(bytesOf(output.path), bytesOf(this.#place(file)));
    }
  }

  /** After a failure: nothing of this run stays, be it beside the files that are there or in a folder that was empty. */
  async discard(): Promise<void> {
    for (const number of this.#outputs.keys()) await this.#unlinkOutput(number).catch(() => undefined);
  }

  /** Where files lie before they are put in place. */
  get temporaries(): BytePath[] {
    return this.#outputs.map((output) => output.path);
  }

  async #writePart(part: PackPart | undefined): Promise<void> {
    if (part === undefined) return;
    this.#options.signal?.throwIfAborted();
    const { columns, files } = columnsOf(this.#plan.pieces, part);
    const { pack, offset, length } = part;
    try {
      const load = {
        file: { type: "data", name: pack },
        range: { offset, length },
        signal: this.#options.signal,
      } as const;
      const outputs = files.flatMap((number) => this.#outputs[number] ?? []);
      const result = await this.#loads.with(
        load,
        async (bytes) => await this.#pool.run({ kind: "write", bytes, pieces: columns, files: outputs }),
      );
      if (result.kind !== "written") return;
      for (const { file, reason } of result.damages) this.#fail(files[file], reason);
    } catch (error) {
      if (this.#options.signal?.aborted || isDiskFull(error)) throw error;
      for (const number of files) this.#fail(number, failureReason(error));
    }
    let bytes = 0;
    for (const row of part.rows) {
      bytes += this.#plan.pieces.plainLengthOf(row);
      const file = this.#plan.pieces.fileOf(row);
      const left = (this.#left[file] ?? 1) - 1;
      this.#left[file] = left;
      if (left === 0) this.#filesDone++;
    }
    this.#tell("restore", bytes);
  }

  #fail(number: number | undefined, reason: string): void {
    if (number !== undefined && !this.failed.has(number)) this.failed.set(number, reason);
  }

  async #copyWhatIsPatched(): Promise<void> {
    for (const [number, different] of this.#missing) {
      const [file, output] = [this.#plan.files[number], this.#outputs[number]];
      if (file === undefined || output === undefined) continue;
      await copyFile(bytesOf(this.#place(file)), bytesOf(output.path), constants.COPYFILE_FICLONE);
      await truncate(bytesOf(output.path), file.sizeBytes);
      this.#outputs[number] = { ...output, fresh: false };
      let bytes = file.sizeBytes;
      for (const piece of different) bytes -= this.#plan.pieces.plainLengthOf(file.firstPiece + piece);
      this.unchangedBytes += bytes;
    }
  }

  #rowsToWrite(): Uint32Array {
    const rows = new Uint32Array(this.#plan.pieces.count);
    let count = 0;
    for (const [number, file] of this.#plan.files.entries()) {
      if (this.present.has(number)) continue;
      const missing = this.#missing.get(number);
      if (missing !== undefined) for (const piece of missing) rows[count++] = file.firstPiece + piece;
      else for (let piece = 0; piece < file.pieceCount; piece++) rows[count++] = file.firstPiece + piece;
    }
    return rows.subarray(0, count);
  }

  /** How many files only root could give to their owners. */
  async #finishFiles(numbers: readonly number[]): Promise<number> {
    let foreign = 0;
    const batches = Math.ceil(numbers.length / finishBatch);
    await eachConcurrently(batches, 2 * this.#pool.size, async (batch) => {
      const mine = numbers.slice(batch * finishBatch, (batch + 1) * finishBatch);
      const files = mine.flatMap((number) => this.#finished(number) ?? []);
      const result = await this.#pool.run({ kind: "finish", files });
      if (result.kind !== "finished") return;
      foreign += result.foreignOwners;
      for (const { file, what, reason } of result.failures) {
        const number = mine[file];
        const path = displayPath(this.#plan.files[number ?? -1]?.path ?? ("" as BytePath));
        if (what === "content") this.#fail(number, reason);
        else this.findings.push(finding("METADATA_NOT_RESTORED", { path, reason }));
      }
    });
    return foreign;
  }

  #finished(number: number): FinishedFile | undefined {
    const file = this.#plan.files[number];
    if (file === undefined) return undefined;
    const { mode, uid, gid, atime, mtime } = file.node;
    return {
      path: this.#current(number, file),
      sizeBytes: file.sizeBytes,
      mode: permissionsOf(mode),
      owner: { uid, gid },
      atime: secondsOf(atime),
      mtime: secondsOf(mtime),
    };
  }

  async #setAttributes(numbers: readonly number[]): Promise<void> {
    const files = numbers.flatMap((number) => {
      const file = this.#plan.files[number];
      return file === undefined ? [] : [{ path: this.#current(number, file), node: file.node }];
    });
    const reason = await setExtendedAttributes(files);
    if (reason !== undefined) this.findings.push(finding("XATTRS_NOT_RESTORED", { count: files.length, reason }));
  }

  /** What is wrong with the repository's copy of these pieces; undefined: nothing, so the fault lies with this machine. */
  async #damageOf(file: PlannedFile, different: Uint32Array): Promise<string | undefined> {
    for (const piece of different) {
      try {
        await this.#proveStored(file.firstPiece + piece);
      } catch (error) {
        this.#options.signal?.throwIfAborted();
        return failureReason(error);
      }
    }
    return undefined;
  }

  /** OBJECT_DAMAGED where the repository's copy that was used is not what its id says. */
  async #proveStored(row: number): Promise<void> {
    const { pieces } = this.#plan;
    const pack = pieces.packs[pieces.packOf(row)] ?? ("" as PackId);
    const range = { offset: pieces.offsetOf(row), length: pieces.lengthOf(row) };
    const sealed = await this.#repo.storage.load({ type: "data", name: pack }, range, this.#options.signal);
    const id = Buffer.from(pieces.idOf(row)).toString("hex") as BlobId;
    openBlob(this.#repo.sealer, sealed, { id, uncompressedLength: pieces.uncompressedOf(row) });
  }

  /** Where the file's content is before it is put in place. */
  #current(number: number, file: PlannedFile): BytePath {
    return this.present.has(number) ? this.#place(file) : (this.#outputs[number]?.path ?? this.#place(file));
  }

  /** Files that have not failed. */
  #numbers(): number[] {
    return [...this.#plan.files.keys()].filter((number) => !this.failed.has(number));
  }

  #place(file: PlannedFile): BytePath {
    return placeOf(this.root, file.relative);
  }

  async #unlinkOutput(number: number): Promise<void> {
    const output = this.#outputs[number];
    if (output === undefined || this.present.has(number)) return;
    await rm(bytesOf(output.path), { force: true });
  }

  async #eachFile(work: (file: PlannedFile, number: number) => Promise<void>): Promise<void> {
    await eachConcurrently(this.#plan.files.length, 2 * this.#pool.size, async (number) => {
      this.#options.signal?.throwIfAborted();
      const file = this.#plan.files[number];
      if (file !== undefined) await work(file, number);
    });
  }

  #tell(phase: RestoreProgress["phase"], bytes: number): void {
    this.#bytesDone += bytes;
    this.#options.onProgress?.({ phase, filesDone: this.#filesDone, bytesDone: this.#bytesDone });
  }
}
