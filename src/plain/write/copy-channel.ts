/** The way of entries to one copy: some are written at once, the others wait. Its failure is its own; nobody else stops for it. */
import type { Manifest } from "../../capture/manifest.ts";
import type { SourceEntry } from "../../repository/source-entry.ts";
import type { StagedFile } from "../staging/staged-file.ts";
import type { CopyWriter, WrittenCopy } from "./copy-writer.ts";

interface Waiting {
  readonly entry: SourceEntry;
  /** Held for this channel; it lets go. */
  readonly staged: StagedFile | undefined;
}

export type CopyResult =
  | { readonly kind: "written"; readonly location: string; readonly copy: WrittenCopy }
  | { readonly kind: "failed"; readonly location: string; readonly error: Error };

export class CopyChannel {
  readonly writer: CopyWriter;
  readonly #waiting: Waiting[] = [];
  readonly #onMoved: () => void;
  #underWay = 0;
  #error: Error | undefined;
  #abandoned: Promise<void> | undefined;
  #idle: (() => void)[] = [];

  /** `onMoved` is told whenever an entry is dealt with. */
  constructor(writer: CopyWriter, onMoved: () => void) {
    this.writer = writer;
    this.#onMoved = onMoved;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  put(entry: SourceEntry, staged: StagedFile | undefined): void {
    if (this.#error !== undefined) return void staged?.release();
    this.#waiting.push({ entry, staged });
    this.#run();
  }

  /** The first error stays. What waits is let go of. */
  fail(error: unknown): void {
    this.#error ??= error instanceof Error ? error : new Error(String(error));
    for (const { staged } of this.#waiting.splice(0)) void staged?.release();
    this.#tellIdle();
    this.#onMoved();
  }

  /** After the last `put`. Never rejects. */
  async finish(manifest: Manifest): Promise<CopyResult> {
    const { location } = this.writer;
    await this.#settled();
    try {
      if (this.#error !== undefined) throw this.#error;
      return { kind: "written", location, copy: await this.writer.finish(manifest) };
    } catch (error) {
      this.fail(error);
      await this.abandon();
      return { kind: "failed", location, error: this.#error ?? new Error(String(error)) };
    }
  }

  /** Takes away what was written, as far as the place still lets us. */
  async abandon(): Promise<void> {
    this.fail(new Error("abandoned"));
    await this.#settled();
    this.#abandoned ??= this.writer.abandon().catch(() => undefined);
    await this.#abandoned;
  }

  #run(): void {
    while (this.#underWay < this.writer.connections) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#underWay += 1;
      void this.#write(next);
    }
  }

  async #write({ entry, staged }: Waiting): Promise<void> {
    try {
      await this.writer.write(entry, staged);
    } catch (error) {
      this.fail(error);
    } finally {
      await staged?.release();
      this.#underWay -= 1;
      this.#run();
      this.#tellIdle();
      this.#onMoved();
    }
  }

  async #settled(): Promise<void> {
    while (this.#underWay > 0 || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  #tellIdle(): void {
    if (this.#underWay > 0 || this.#waiting.length > 0) return;
    for (const tell of this.#idle.splice(0)) tell();
  }
}
