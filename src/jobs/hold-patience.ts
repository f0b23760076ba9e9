/**
 * How long a database is held because packs wait for room in the spool. Its log grows meanwhile, and stays grown: past the limit the hold ends,
 * and the capture starts again when there is room.
 */
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { HoldWatch } from "../capture/capture-options.ts";
import type { SpoolRoom } from "../storage/wrap/spool-room.ts";

/** Why a capture was let go: nothing failed. */
export class SpoolFilledError extends Error {
  override readonly name = "SpoolFilledError";
}

export class HoldPatience implements HoldWatch, Disposable {
  readonly #room: SpoolRoom;
  readonly #clock: Pick<Clock, "monotonicMs" | "sleep">;
  readonly #filled = new AbortController();
  readonly #signal: AbortSignal;
  #holds = 0;
  #waitedMs = 0;
  #waiting: AbortController | undefined;

  constructor(room: SpoolRoom, clock: Pick<Clock, "monotonicMs" | "sleep">, signal: AbortSignal) {
    this.#room = room;
    this.#clock = clock;
    this.#signal = signal;
    room.onChange = () => this.#look();
  }

  /** Aborts with SpoolFilledError when the patience is at its end. */
  get filled(): AbortSignal {
    return this.#filled.signal;
  }

  async before(sizeBytes: number): Promise<void> {
    await this.#room.roomFor(sizeBytes, this.#signal);
  }

  begun(): void {
    this.#holds += 1;
    this.#look();
  }

  ended(): void {
    this.#holds -= 1;
    this.#look();
  }

  [Symbol.dispose](): void {
    this.#room.onChange = undefined;
    this.#waiting?.abort();
  }

  #look(): void {
    const isWaiting = this.#holds > 0 && this.#room.isFull;
    if (isWaiting && this.#waiting === undefined) void this.#countDown();
    if (!isWaiting) this.#waiting?.abort();
  }

  async #countDown(): Promise<void> {
    const waiting = new AbortController();
    this.#waiting = waiting;
    const begunMs = this.#clock.monotonicMs();
    const isOver = await this.#clock.sleep(limits.spoolHoldMs - this.#waitedMs, waiting.signal).then(
      () => true,
      () => false,
    );
    this.#waitedMs += this.#clock.monotonicMs() - begunMs;
    this.#waiting = undefined;
    if (isOver) this.#filled.abort(new SpoolFilledError("packs wait for room in the spool"));
    else this.#look();
  }
}
