/**
 * A storage behind a network that fails now and then: what may go well the next time is tried again, after pauses that grow. A place that
 * never answered is given up soon, because then its name or its password is wrong rather than the network broken.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import { isObhutError, type ObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { limits } from "../../base/limits.ts";
import { loadInto } from "../load-into.ts";
import type { ByteRange, FileType, Load, SharedBytes, Storage, StorageFile, StoredFile } from "../storage.ts";
import { isWorthRetrying } from "./worth-retrying.ts";

export interface RetryOptions {
  readonly clock: Pick<Clock, "monotonicMs" | "sleep">;
  /** From 0 to below 1: many clients that lost the same server must not come back at the same moment. */
  readonly random: () => number;
  /** Told of pauses that a person notices. */
  readonly onNote: (note: Finding) => void;
}

export function retrying(inner: Storage, options: RetryOptions): Storage {
  return new Retrying(inner, options);
}

class Retrying implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly #inner: Storage;
  readonly #options: RetryOptions;
  readonly #closed = new AbortController();
  readonly extend?: NonNullable<Storage["extend"]>;
  #wasReached = false;

  constructor(inner: Storage, options: RetryOptions) {
    this.location = inner.location;
    this.connections = inner.connections;
    this.#inner = inner;
    this.#options = options;
    const extend = inner.extend?.bind(inner);
    if (extend) this.extend = (file, at, signal) => this.#retry(() => extend(file, at, signal), signal);
  }

  async create(): Promise<void> {
    await this.#retry(() => this.#inner.create());
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    let tries = 0;
    await this.#retry(async () => {
      tries += 1;
      await this.#inner.save(file, bytes, signal).catch(async (error: unknown) => {
        // An answer that was lost: then the config that is there may be the one saved a moment ago.
        const isOurs = tries > 1 && isObhutError(error, "STORAGE_FILE_EXISTS") && (await this.#holds(file, bytes));
        if (!isOurs) throw error;
      });
    }, signal);
  }

  async #holds(file: StorageFile, bytes: Uint8Array): Promise<boolean> {
    return Buffer.compare(await this.#inner.load(file), bytes) === 0;
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const load = (): Promise<Uint8Array<ArrayBuffer>> =>
      this.#retry(() => this.#inner.load(file, range, signal), signal);
    const bytes = await load();
    if (range !== undefined || file.type === "config" || isNamed(bytes, file.name)) return bytes;
    // Changed on its way, or damaged where it lies: coming again tells.
    return await load();
  }

  async loadInto(load: Load, memory: SharedBytes): Promise<SharedBytes> {
    return await this.#retry(() => loadInto(this.#inner, load, memory), load.signal);
  }

  async doubt(file: StorageFile, range: ByteRange): Promise<boolean> {
    await this.#inner.doubt?.(file, range);
    // It may have been changed on its way.
    return true;
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    return await this.#retry(() => this.#inner.sizeOf(file));
  }

  /** A listing that broke off begins anew; nothing is told twice. */
  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    const told = new Set<string>();
    const pauses = this.#pauses(signal);
    for (;;) {
      try {
        for await (const file of this.#inner.list(type, signal)) {
          if (told.has(file.name)) continue;
          told.add(file.name);
          yield file;
        }
        this.#wasReached = true;
        return;
      } catch (error) {
        await pauses.afterOrThrow(error);
      }
    }
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#retry(() => this.#inner.remove(file));
  }

  async close(): Promise<void> {
    this.#closed.abort(new Error("the storage was closed"));
    await this.#inner.close();
  }

  async #retry<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const pauses = this.#pauses(signal);
    for (;;) {
      try {
        const result = await work();
        this.#wasReached = true;
        return result;
      } catch (error) {
        await pauses.afterOrThrow(error);
      }
    }
  }

  /** The pauses of one call. Nobody can stop one without a signal, so that it must end soon by itself. */
  #pauses(signal: AbortSignal | undefined): { afterOrThrow(error: unknown): Promise<void> } {
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
    const { location } = this;
    const seconds = Math.round(pauseMs / 1000);
    const { reason, status, seconds: silent } = error.params as Readonly<Record<string, string | number | undefined>>;
    const why = reason ?? (status === undefined ? `${silent} s` : `HTTP ${status}`);
    return finding("STORAGE_RETRIED", { location, reason: why, seconds });
  }
}

function isNamed(bytes: Uint8Array, name: string): boolean {
  return createHash("sha256").update(bytes).digest("hex") === name;
}

/** Each pause is twice as long as the one before, give or take half of it. */
function pauseBefore(tries: number, random: () => number): number {
  const pauseMs = Math.min(limits.retryFirstMs * 2 ** (tries - 1), limits.retryMaxMs);
  return pauseMs * (0.5 + random());
}
