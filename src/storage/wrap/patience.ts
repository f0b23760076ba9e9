/** How long a place behind a network is tried again, and with which pauses. */
import type { Clock } from "../../base/clock.ts";
import { isObhutError, type ObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { limits } from "../../base/limits.ts";
import { isWorthRetrying } from "./worth-retrying.ts";

export interface RetryOptions {
  readonly clock: Pick<Clock, "monotonicMs" | "sleep">;
  /** From 0 to below 1: many clients that lost the same server must not come back at the same moment. */
  readonly random: () => number;
  /** Told of pauses that a person notices. */
  readonly onNote: (note: Finding) => void;
}

/** The pauses of one call. */
export interface Pauses {
  /** Resolves when it is time to try again; rejects with the error where that is of no use. */
  afterOrThrow(error: unknown): Promise<void>;
}

/** Of all calls to one place. */
export class Patience {
  readonly #location: string;
  readonly #options: RetryOptions;
  readonly #closed = new AbortController();
  #wasReached = false;

  constructor(location: string, options: RetryOptions) {
    this.#location = location;
    this.#options = options;
  }

  reached(): void {
    this.#wasReached = true;
  }

  /** Ends all pauses. */
  close(): void {
    this.#closed.abort(new Error("the storage was closed"));
  }

  /** `work` is told how often it was tried before. */
  async retry<T>(work: (before: number) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const pauses = this.pauses(signal);
    for (let before = 0; ; before++) {
      try {
        const result = await work(before);
        this.#wasReached = true;
        return result;
      } catch (error) {
        await pauses.afterOrThrow(error);
      }
    }
  }

  /** Nobody can stop a call without a signal, so that it must end soon by itself. */
  pauses(signal: AbortSignal | undefined): Pauses {
    const { clock, random, onNote } = this.#options;
    const begunMs = clock.monotonicMs();
    const endMs = begunMs + (signal === undefined ? limits.retryUnstoppableMs : limits.retryMs);
    let tries = 0;
    const afterOrThrow = async (error: unknown): Promise<void> => {
      if (signal?.aborted || this.#closed.signal.aborted) throw error;
      if (!isObhutError(error) || !isWorthRetrying(error)) {
        // An answer, though no good one.
        this.#wasReached ||= isObhutError(error);
        throw error;
      }
      tries += 1;
      const isSlow = clock.monotonicMs() - begunMs > limits.retryUnreachedMs;
      if (!this.#wasReached && (isSlow || tries > limits.retryUnreachedTries)) throw error;
      const pauseMs = pauseBefore(tries, random);
      if (clock.monotonicMs() + pauseMs > endMs) throw error;
      if (pauseMs >= limits.retryToldMs) onNote(this.#noteOf(error, pauseMs));
      await clock.sleep(pauseMs, AbortSignal.any([this.#closed.signal, ...(signal ? [signal] : [])]));
    };
    return { afterOrThrow };
  }

  #noteOf(error: ObhutError, pauseMs: number): Finding {
    const location = this.#location;
    const seconds = Math.round(pauseMs / 1000);
    const { reason, status, seconds: silent } = error.params as Readonly<Record<string, string | number | undefined>>;
    const why = reason ?? (status === undefined ? `${silent} s` : `HTTP ${status}`);
    return finding("STORAGE_RETRIED", { location, reason: why, seconds });
  }
}

/** Each pause is twice as long as the one before, give or take half of it. */
function pauseBefore(tries: number, random: () => number): number {
  const pauseMs = Math.min(limits.retryFirstMs * 2 ** (tries - 1), limits.retryMaxMs);
  return pauseMs * (0.5 + random());
}
