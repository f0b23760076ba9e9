/** Files being written at many places at once; a bounded number stays open. One belongs to one thread. */
import type { BytePath } from "../../base/byte-path.ts";
import { OpenOutput } from "./open-output.ts";
import type { OutputFile } from "./restore-task.ts";
import { Stage } from "./stage.ts";

const maxOpen = 64;
/** One that is being filled, the others on their way to the disk. */
const maxStages = 10;

export class OutputFiles {
  readonly #direct: boolean;
  /** Least recently used first. */
  readonly #open = new Map<BytePath, OpenOutput>();
  #stage = new Stage();
  #stagedFor: OutputFile | undefined;
  readonly #freeStages: Stage[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** `direct`: large files go past the page cache, for who does not read them again. */
  constructor({ direct }: { readonly direct: boolean }) {
    this.#direct = direct;
  }

  /** Takes `bytes` for `position` of the file. They are written when `settled` resolves. Throws the system's errors. */
  write(file: OutputFile, position: number, bytes: Uint8Array): void {
    const follows = this.#stagedFor?.path === file.path && this.#stage.endPosition === position;
    if (!follows) this.#begin(file, position);
    for (let done = 0; done < bytes.length; ) {
      if (this.#stage.isFull) this.#begin(file, position + done);
      done += this.#stage.add(done === 0 ? bytes : bytes.subarray(done));
    }
  }

  /** Makes the file with its size, for content that is all holes. */
  touch(file: OutputFile): void {
    this.#opened(file);
  }

  /** Resolves when all that was taken is written; rejects with the first of the system's errors since the last call. */
  async settled(): Promise<void> {
    try {
      this.#flush();
    } catch (error) {
      this.#failure ??= { error };
    }
    await Promise.all(this.#underWay);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Only when all is settled. */
  closeAll(): void {
    for (const output of this.#open.values()) output.close();
    this.#open.clear();
  }

  #begin(file: OutputFile, position: number): void {
    this.#flush();
    this.#stagedFor = file;
    this.#stage.begin(position);
  }

  #flush(): void {
    const file = this.#stagedFor;
    this.#stagedFor = undefined;
    if (file === undefined) return;
    const output = this.#opened(file);
    const { from, to } = this.#stage;
    if (!output.isDirect) {
      output.write(this.#stage, from, to);
      return;
    }
    const [first, last] = this.#stage.wholeBlocks();
    output.write(this.#stage, from, first);
    output.write(this.#stage, last, to);
    if (this.#underWay.size + 1 < maxStages) this.#writeBeside(output, first, last);
    else output.writeBlocks(this.#stage, first, last);
  }

  #writeBeside(output: OpenOutput, from: number, to: number): void {
    if (from === to) return;
    const stage = this.#stage;
    const writing: Promise<void> = output
      .writeBlocksBeside(stage, from, to)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#underWay.delete(writing);
        this.#freeStages.push(stage);
      });
    this.#underWay.add(writing);
    this.#stage = this.#freeStages.pop() ?? new Stage();
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
