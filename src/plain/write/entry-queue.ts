/** Entries on their way to the engine, which asks for them when it is ready, and may stop asking. */
import type { SourceEntry } from "../../repository/source-entry.ts";

interface End {
  readonly error?: unknown;
}

export class EntryQueue implements AsyncIterable<SourceEntry> {
  readonly #entries: SourceEntry[] = [];
  readonly #onTaken: () => void;
  #wake: () => void = () => undefined;
  #end: End | undefined;
  #left = false;

  /** `onTaken`: there is room for more, or nobody asks any more. */
  constructor(onTaken: () => void) {
    this.#onTaken = onTaken;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Nobody asks any more; what is put is done with at once. */
  get isLeft(): boolean {
    return this.#left;
  }

  put(entry: SourceEntry): void {
    if (this.#left) {
      entry.done?.({ kind: "unchanged" });
      return;
    }
    this.#entries.push(entry);
    this.#wake();
  }

  /** No more come; with `error`, because the capture failed. */
  end(end: End = {}): void {
    this.#end ??= end;
    this.#wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<SourceEntry> {
    return { next: () => this.#next(), return: async () => this.leave() };
  }

  leave(): IteratorReturnResult<undefined> {
    this.#left = true;
    for (const entry of this.#entries.splice(0)) entry.done?.({ kind: "unchanged" });
    this.#onTaken();
    return { done: true, value: undefined };
  }

  async #next(): Promise<IteratorResult<SourceEntry>> {
    for (;;) {
      const entry = this.#entries.shift();
      if (entry !== undefined) {
        this.#onTaken();
        return { done: false, value: entry };
      }
      if (this.#end !== undefined) {
        if ("error" in this.#end) throw this.#end.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
