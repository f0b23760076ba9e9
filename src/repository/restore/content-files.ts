/** The files of a restore that is under way: where each lies for now, and what became of it. */

import { rename, rm } from "node:fs/promises";
import { type BytePath, bytesOf, displayPath, joinPath, parentPath } from "../../base/byte-path.ts";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import type { AnyReason } from "../../base/reason-codes.ts";
import type { IndexedRepository } from "../repository.ts";
import type { RestorePool } from "./existing-files.ts";
import { clearFolder, temporaryPrefix } from "./make-entries.ts";
import type { RestoreOptions, RestoreProgress } from "./restore-options.ts";
import type { PlannedFile, RestorePlan } from "./restore-plan.ts";
import type { OutputFile } from "./restore-task.ts";
import { placeOf } from "./target-folder.ts";

export interface ContentRun {
  readonly repo: IndexedRepository;
  readonly plan: RestorePlan;
  readonly pool: RestorePool;
  readonly root: BytePath;
  readonly options: RestoreOptions;
}

/** Files are called by their number in the plan. */
export class ContentFiles {
  readonly run: ContentRun;
  /** Where each is written: its place, or a name beside it that takes the place later. */
  readonly outputs: OutputFile[];
  /** Those whose content could not be had or written, with the reason. */
  readonly failed = new Map<number, AnyReason>();
  /** Of those: the repository's copy is good, what was read back is not. */
  readonly #wrong = new Set<number>();
  /** Those whose content lies in its place already. */
  readonly present = new Set<number>();
  unchangedBytes = 0;
  readonly #numbers: ReadonlyMap<PlannedFile, number>;
  #phase: RestoreProgress["phase"] = "restore";
  #filesDone = 0;
  #bytesDone = 0;

  constructor(run: ContentRun) {
    this.run = run;
    const { plan, repo, root, options } = run;
    const name = Buffer.from(repo.actor.random(4)).toString("hex");
    this.#numbers = new Map([...plan.files.entries()].map(([number, file]) => [file, number]));
    this.outputs = plan.files.map((file, number) => {
      const place = placeOf(root, file.relative);
      const beside = joinPath(parentPath(place), `${temporaryPrefix}${name}-${number}` as BytePath);
      return { path: options.overwrite ? beside : place, sizeBytes: file.sizeBytes, fresh: true };
    });
  }

  /** Files that have not failed. */
  get numbers(): number[] {
    return [...this.run.plan.files.keys()].filter((number) => !this.failed.has(number));
  }

  /** `wrong`: the repository is not to blame. The first reason stays. */
  fail(number: number | undefined, reason: AnyReason, wrong = false): void {
    if (number === undefined || this.failed.has(number)) return;
    this.failed.set(number, reason);
    if (wrong) this.#wrong.add(number);
  }

  place(file: PlannedFile): BytePath {
    return placeOf(this.run.root, file.relative);
  }

  /** Where the file's content is before it is put in place. */
  current(number: number, file: PlannedFile): BytePath {
    return this.present.has(number) ? this.place(file) : (this.outputs[number]?.path ?? this.place(file));
  }

  /** As `current`; undefined where the content could not be had. */
  pathOf(file: PlannedFile): BytePath | undefined {
    const number = this.#numbers.get(file);
    return number === undefined || this.failed.has(number) ? undefined : this.current(number, file);
  }

  /** All files of the plan, a few at a time. */
  async each(work: (file: PlannedFile, number: number) => Promise<void>): Promise<void> {
    const { plan, pool, options } = this.run;
    await eachConcurrently(plan.files.length, 2 * pool.size, async (number) => {
      options.signal?.throwIfAborted();
      const file = plan.files[number];
      if (file !== undefined) await work(file, number);
    });
  }

  /** What lies there already counts as done in every phase but the one that finds it out. */
  begin(phase: RestoreProgress["phase"]): void {
    this.#phase = phase;
    this.#filesDone = this.present.size;
    this.#bytesDone = this.unchangedBytes;
  }

  done({ files, bytes }: { readonly files: number; readonly bytes: number }): void {
    this.#filesDone += files;
    this.#bytesDone += bytes;
    const [phase, filesDone, bytesDone] = [this.#phase, this.#filesDone, this.#bytesDone];
    this.run.options.onProgress?.({ phase, filesDone, bytesDone });
  }

  /** Each file that was written beside the old one takes its place. */
  async putInPlace(): Promise<void> {
    if (!this.run.options.overwrite) return;
    for (const number of this.numbers) {
      const [file, output] = [this.run.plan.files[number], this.outputs[number]];
      if (file === undefined || output === undefined || this.present.has(number)) continue;
      await clearFolder(this.place(file));
      await rename(bytesOf(output.path), bytesOf(this.place(file)));
    }
  }

  /** One for each file that failed. */
  findings(): Finding[] {
    return [...this.failed].map(([number, reason]) => {
      const path = displayPath(this.run.plan.files[number]?.path ?? ("" as BytePath));
      return this.#wrong.has(number)
        ? finding("FILE_RESTORED_WRONG", { path })
        : finding("FILE_NOT_RESTORED", { path, reason });
    });
  }

  /** What was written of the files that failed goes. */
  async removeFailed(): Promise<void> {
    for (const number of this.failed.keys()) await this.#unlink(number);
  }

  /** After a failure: nothing of this run stays, be it beside the files that are there or in a folder that was empty. */
  async discard(): Promise<void> {
    for (const number of this.outputs.keys()) await this.#unlink(number).catch(() => undefined);
  }

  async #unlink(number: number): Promise<void> {
    const output = this.outputs[number];
    if (output === undefined || this.present.has(number)) return;
    await rm(bytesOf(output.path), { force: true });
  }
}
