/** How fast bytes may pass, for everybody who shares the same line. */
import type { Clock } from "./clock.ts";

export class Pace {
  /** May be changed while bytes pass; undefined: as fast as it goes. */
  bytesPerSecond: number | undefined;
  readonly #clock: Pick<Clock, "monotonicMs" | "sleep">;
  /** Until when the line is taken by what passed before. */
  #freeAtMs = 0;

  constructor(bytesPerSecond: number | undefined, clock: Pick<Clock, "monotonicMs" | "sleep">) {
    this.bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
  }

  /** Resolves when so many bytes may pass. Turns are given in the order of the calls. Rejects with the signal's reason. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    if (this.bytesPerSecond === undefined) return;
    const now = this.#clock.monotonicMs();
    const startMs = Math.max(now, this.#freeAtMs);
    this.#freeAtMs = startMs + (bytes * 1000) / this.bytesPerSecond;
    if (startMs > now) await this.#clock.sleep(startMs - now, signal);
  }
}

/** Both directions of one line. */
export interface LinePace {
  readonly upload: Pace;
  readonly download: Pace;
}
