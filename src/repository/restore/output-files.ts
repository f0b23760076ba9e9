/** Files being written at many places at once; a bounded number stays open. One belongs to one thread. */
import type { BytePath } from "../../base/byte-path.ts";
import { OpenOutput } from "./open-output.ts";
import type { OutputFile } from "./restore-task.ts";
import { Stage } from "./stage.ts";

const maxOpen = 64;
/** One that is being filled, the others on their way to the disk. */
const maxStages = 10;

export class OutputFiles {
  /** Least recently used first. */
  readonly #open = new Map<BytePath, OpenOutput>();
  #stage = new Stage();
  #stagedFor: OutputFile | undefined;
  readonly #freeStages: Stage[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #direct: boolean;
  #failures = new Map<BytePath, unknown>();

  /** `direct`: large files go past the page cache, for who does not read them again. */
  constructor({ direct }: { readonly direct: boolean }) {
    this.#direct = direct;
  }

  /**
   * Memory in which `bytes` bytes, and one more, may be made that `write` is given next, for the same place: then they are not copied.
   * Undefined: there is none for so many.
   */
  room(file: OutputFile, position: number, bytes: number): Uint8Array | undefined {
    if (!this.#follows(file, position) || this.#stage.room.length <= bytes) this.#begin(file, position);
    return this.#stage.room.length > bytes ? this.#stage.room : undefined;
  }

  /** Takes `bytes` for `position` of the file. Whether they were written is known when `settled` resolves. */
  write(file: OutputFile, position: number, bytes: Uint8Array): void {
    if (!this.#follows(file, position)) this.#begin(file, position);
    for (let done = 0; done < bytes.length; ) {
      if (this.#stage.isFull) this.#begin(file, position + done);
      done += this.#stage.add(done === 0 ? bytes : bytes.subarray(done));
    }
  }

  /** Makes the file with its size, for content that is all holes. Throws the system's errors. */
  touch(file: OutputFile): void {
    this.#opened(file);
  }

  /** Resolves when all that was taken is written, with the files of which something was not since the last call, and the system's error. */
  async settled(): Promise<ReadonlyMap<BytePath, unknown>> {
    this.#begin(undefined, 0);
    await Promise.all(this.#underWay);
    const failures = this.#failures;
    this.#failures = new Map();
    return failures;
  }

  /** Only when all is settled. */
  closeAll(): void {
    for (const output of this.#open.values()) output.close();
    this.#open.clear();
  }

  #follows(file: OutputFile, position: number): boolean {
    return this.#stagedFor?.path === file.path && this.#stage.endPosition === position;
  }

  /** Sends what was gathered on its way, and begins anew: with what does not fill a block of the disk yet, where the file goes on. */
  #begin(file: OutputFile | undefined, position: number): void {
    const [stage, before] = [this.#stage, this.#stagedFor];
    const goesOn = file !== undefined && this.#follows(file, position);
    const kept = before === undefined ? undefined : this.#flush(before, goesOn);
    this.#stagedFor = file;
    this.#stage.begin(kept === undefined ? position : stage.positionOf(kept.from));
    if (kept !== undefined) this.#stage.add(stage.memory.subarray(kept.from, kept.to));
  }

  /** `keepsRest`: what follows its last whole block is not written, and returned, where blocks matter. */
  #flush(file: OutputFile, keepsRest: boolean): { readonly from: number; readonly to: number } | undefined {
    const stage = this.#stage;
    const { from, to } = stage;
    try {
      const output = this.#opened(file);
      if (!output.isDirect) return void output.write(stage, from, to);
      const [first, last] = stage.wholeBlocks();
      output.write(stage, from, first);
      if (!keepsRest) output.write(stage, last, to);
      if (this.#underWay.size + 1 < maxStages) this.#writeBeside(output, file, [first, last]);
      else output.writeBlocks(stage, first, last);
      return keepsRest ? { from: last, to } : undefined;
    } catch (error) {
      this.#fail(file, error);
      return undefined;
    }
  }

  #writeBeside(output: OpenOutput, file: OutputFile, [from, to]: readonly [number, number]): void {
    if (from === to) return;
    const stage = this.#stage;
    const writing: Promise<void> = output
      .writeBlocksBeside(stage, from, to)
      .catch((error: unknown) => this.#fail(file, error))
      .finally(() => {
        this.#underWay.delete(writing);
        this.#freeStages.push(stage);
      });
    this.#underWay.add(writing);
    this.#stage = this.#freeStages.pop() ?? new Stage();
  }

  #fail(file: OutputFile, error: unknown): void {
    if (!this.#failures.has(file.path)) this.#failures.set(file.path, error);
  }

  #opened(file: OutputFile): OpenOutput {
    const known = this.#open.get(file.path);
    if (known !== undefined) this.#open.delete(file.path);
    else if (this.#open.size >= maxOpen) this.#closeOldest();
    const output = known ?? new OpenOutput(file, { direct: this.#direct });
    this.#open.set(file.path, output);
    return output;
  }

  #closeOldest(): void {
    for (const [path, output] of this.#open) {
      if (!output.isIdle) continue;
      output.close();
      this.#open.delete(path);
      return;
    }
  }
}
