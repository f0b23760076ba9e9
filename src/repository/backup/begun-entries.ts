/** A source that is asked for its first entry at once: what it has to look around for, it does while the repositories are read. */
import type { SourceEntry } from "../source-entry.ts";

export class BegunEntries implements AsyncIterable<SourceEntry> {
  readonly #entries: AsyncIterator<SourceEntry>;
  #first: Promise<IteratorResult<SourceEntry>> | undefined;
  #settled = false;

  constructor(entries: AsyncIterable<SourceEntry>) {
    this.#entries = entries[Symbol.asyncIterator]();
    this.#first = this.#entries.next().finally(() => {
      this.#settled = true;
    });
    // Told to whoever asks for the first entry.
    this.#first.catch(() => undefined);
  }

  /** Once. Whoever iterates ends the source as usual. */
  [Symbol.asyncIterator](): AsyncIterator<SourceEntry> {
    return {
      next: async () => {
        const first = this.#first;
        this.#first = undefined;
        return await (first ?? this.#entries.next());
      },
      return: async () => (await this.#entries.return?.()) ?? { done: true, value: undefined },
    };
  }

  /** Ends a source that nobody iterated over. One that hangs in its first step is not waited for where `signal` says to stop. */
  async close(signal: AbortSignal | undefined): Promise<void> {
    if (this.#first === undefined || (signal?.aborted && !this.#settled)) return;
    await this.#entries.return?.();
  }
}
