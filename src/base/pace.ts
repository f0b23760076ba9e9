/** How fast bytes may pass, for everybody who shares the same line. */
import type { Clock } from "./clock.ts";

/** Somebody whose bytes wait for their turn. */
interface Waiting {
  readonly bytes: number;
  readonly goOn: () => void;
}

export class Pace {
  readonly #clock: Pick<Clock, "monotonicMs" | "sleep">;
  readonly #waiting: Waiting[] = [];
  #bytesPerSecond: number | undefined;
  /** Until when the line is taken by what passed before. */
  #freeAtMs = 0;
  /** Ends the wait for the next turn: there is another pace, or nobody waits any more. */
  #wake: AbortController | undefined;

  /** Undefined: as fast as it goes. */
  constructor(bytesPerSecond: number | undefined, clock: Pick<Clock, "monotonicMs" | "sleep">) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
  }

  get bytesPerSecond(): number | undefined {
    return this.#bytesPerSecond;
  }

  /** May be changed while bytes pass; who waits already waits by the new pace. */
  set bytesPerSecond(bytesPerSecond: number | undefined) {
    const nowMs = this.#clock.monotonicMs();
    // What passed under a quicker pace is not paid for by a slower one.
    const slowerTimes = bytesPerSecond === undefined ? 0 : (this.#bytesPerSecond ?? 0) / bytesPerSecond;
    this.#freeAtMs = nowMs + Math.max(0, this.#freeAtMs - nowMs) * Math.min(1, slowerTimes);
    this.#bytesPerSecond = bytesPerSecond;
    this.#wake?.abort();
  }

  /** Resolves when so many bytes may pass. Turns are given in the order of the calls. Rejects with the signal's reason. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const nowMs = this.#clock.monotonicMs();
    if (this.#waiting.length === 0 && this.#freeAtMs <= nowMs) {
      this.#freeAtMs = nowMs;
      this.#pass(bytes);
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { bytes, goOn: resolve };
    const onAbort = (): void => {
      const at = this.#waiting.indexOf(waiting);
      if (at >= 0) this.#waiting.splice(at, 1);
      reject(signal?.reason);
      if (this.#waiting.length === 0) this.#wake?.abort();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.push(waiting);
    if (this.#wake === undefined) void this.#giveTurns();
    await promise.finally(() => signal?.removeEventListener("abort", onAbort));
  }

  #pass(bytes: number): void {
    if (this.#bytesPerSecond !== undefined) this.#freeAtMs += (bytes * 1000) / this.#bytesPerSecond;
  }

  /** Each turn begins when the one before it was to end: who is woken late makes nobody else later. */
  async #giveTurns(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const waitMs = this.#freeAtMs - this.#clock.monotonicMs();
      if (waitMs <= 0 || (await this.#sleep(waitMs))) {
        // One of them may have given up meanwhile.
        const first = this.#waiting.shift();
        if (first !== undefined) this.#pass(first.bytes);
        first?.goOn();
      }
    }
    this.#wake = undefined;
  }

  /** False where it was woken before. */
  async #sleep(ms: number): Promise<boolean> {
    this.#wake = new AbortController();
    return await this.#clock.sleep(ms, this.#wake.signal).then(
      () => true,
      () => false,
    );
  }
}

/** Both directions of one line. */
export interface LinePace {
  readonly upload: Pace;
  readonly download: Pace;
}
