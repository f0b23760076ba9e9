/** Knows which of the entries given out have been read, and what became of each. */
import type { ReadOutcome } from "../repository/source-entry.ts";

export class OutcomeTracker {
  private readonly open = new Set<Promise<void>>();
  private readonly lostPaths = new Set<string>();
  private signal: AbortSignal | undefined;

  constructor(signal?: AbortSignal) {
    this.signal = signal;
  }

  /** The `done` of an entry. `key` is remembered where its bytes could not be had. */
  track(key: string, then?: (outcome: ReadOutcome) => void): (outcome: ReadOutcome) => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.open.add(promise);
    return (outcome) => {
      if (outcome.kind === "vanished" || outcome.kind === "failed") this.lostPaths.add(key);
      this.open.delete(promise);
      then?.(outcome);
      resolve();
    };
  }

  /** Keys of entries that vanished or could not be read. */
  get lost(): ReadonlySet<string> {
    return this.lostPaths;
  }

  /** Resolves when every entry given out so far is done; rejects when the capture is aborted first. */
  async settled(): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(this.signal?.reason);
    this.signal?.throwIfAborted();
    this.signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([Promise.all(this.open), aborted.promise]);
    } finally {
      this.signal?.removeEventListener("abort", onAbort);
    }
  }
}
