/** A clock that moves only when it is told to, or by itself to the next sleeper when everybody sleeps. */
import type { Clock } from "../../src/base/clock.ts";

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Turns of the event loop after which nothing will come any more. */
const maxIdleTurns = 10_000;

export class FakeClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(nowMs = Date.UTC(2026, 10, 23, 10)) {
    this.#wallMs = nowMs;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const sleeper = { atMs: this.#monotonicMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** The wall clock jumps, as a machine that was asleep or a clock that was set; sleepers notice nothing. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  /** Time passes; each sleeper wakes at its moment, and what it does then is done before time goes on. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    for (;;) {
      await settle();
      const next = this.#next();
      if (next === undefined || next.atMs > endMs) break;
      this.#moveTo(next.atMs);
      this.#sleepers.delete(next);
      next.wake();
    }
    this.#moveTo(endMs);
    await settle();
  }

  /** Time passes from sleeper to sleeper until `work` has settled. Throws where nobody sleeps and it still has not. */
  async passUntil(work: Promise<unknown>): Promise<void> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    work.then(done, done);
    for (let idle = 0; !settled; ) {
      await settle();
      const next = this.#next();
      if (settled) return;
      if (next === undefined && ++idle > maxIdleTurns) throw new Error("everybody waits, and nobody for the clock");
      if (next === undefined) continue;
      idle = 0;
      this.#moveTo(next.atMs);
      this.#sleepers.delete(next);
      next.wake();
    }
  }

  /** Of those that wake at the same moment the one that went to sleep first. */
  #next(): Sleeper | undefined {
    return [...this.#sleepers].sort((a, b) => a.atMs - b.atMs)[0];
  }

  #moveTo(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }
}

/** Lets everything run that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
