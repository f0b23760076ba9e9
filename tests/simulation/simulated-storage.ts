/**
 * One place in memory that several programs use at once, each through a storage of its own. It takes time, and by a seed it fails, loses
 * answers, cuts and flips what is read, lists what it was a moment ago, and fills up. Real interface, no real disk.
 */
import type { Clock } from "../../src/base/clock.ts";
import { ObhutError } from "../../src/base/errors.ts";
import { isId } from "../../src/base/ids.ts";
import type { ByteRange, FileType, Storage, StorageFile, StoredFile } from "../../src/storage/storage.ts";
import type { Seeded } from "../crash/seeded.ts";

/** Chances are of one call, 0 to 1. */
export interface Weather {
  readonly failure: number;
  /** A save or removal that happens and is answered with an error. */
  readonly lostAnswer: number;
  readonly shortRead: number;
  /** One bit of what is read, not of what is stored. */
  readonly flippedRead: number;
  /** Listings may be this old, ms. Below the time that locks take to settle: no lock can hold where listings lie for longer. */
  readonly staleMs: number;
  /** The longest that a call takes, ms. */
  readonly latencyMs: number;
}

export const calm: Weather = { failure: 0, lostAnswer: 0, shortRead: 0, flippedRead: 0, staleMs: 0, latencyMs: 0 };

interface Removed {
  readonly key: string;
  readonly sizeBytes: number;
  readonly atMs: number;
}

/** What all programs see. Paths in restic's flat form. */
export class Place {
  readonly files = new Map<string, Uint8Array>();
  readonly savedAtMs = new Map<string, number>();
  removed: Removed[] = [];
  weather: Weather = calm;
  quotaBytes = Number.POSITIVE_INFINITY;
  readonly clock: Clock;
  readonly random: Seeded;

  constructor(clock: Clock, random: Seeded) {
    this.clock = clock;
    this.random = random;
  }

  get usedBytes(): number {
    let bytes = 0;
    for (const file of this.files.values()) bytes += file.length;
    return bytes;
  }

  put(key: string, bytes: Uint8Array): void {
    this.files.set(key, Uint8Array.from(bytes));
    this.savedAtMs.set(key, this.clock.monotonicMs());
  }

  drop(key: string): void {
    const bytes = this.files.get(key);
    if (bytes === undefined) return;
    this.files.delete(key);
    this.removed.push({ key, sizeBytes: bytes.length, atMs: this.clock.monotonicMs() });
  }

  /** Keys and sizes as a listing of this moment shows them. */
  listed(): Map<string, number> {
    const nowMs = this.clock.monotonicMs();
    const shownMs = nowMs - this.random.fraction() * this.weather.staleMs;
    const shown = new Map<string, number>();
    for (const [key, bytes] of this.files) {
      if ((this.savedAtMs.get(key) ?? 0) <= shownMs) shown.set(key, bytes.length);
    }
    this.removed = this.removed.filter(({ atMs }) => atMs > nowMs - 1000);
    for (const { key, sizeBytes, atMs } of this.removed) if (atMs > shownMs) shown.set(key, sizeBytes);
    return shown;
  }
}

/** What one program sees of a place. */
export class SimulatedStorage implements Storage {
  readonly location = "simulated";
  readonly connections = 3;
  readonly #place: Place;
  #dead = false;

  constructor(place: Place) {
    this.#place = place;
  }

  /** The program is gone: nothing that it asked for happens any more. */
  kill(): void {
    this.#dead = true;
  }

  async create(): Promise<void> {
    await this.#weather("create");
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#weather("save");
    const key = keyOf(file);
    const there = this.#place.files.get(key);
    if (there !== undefined && file.type === "config") {
      throw new ObhutError("STORAGE_FILE_EXISTS", { location: this.location, file: key });
    }
    if (there?.length !== bytes.length) {
      if (this.#place.usedBytes + bytes.length > this.#place.quotaBytes) {
        throw new ObhutError("STORAGE_FULL", { location: this.location, reason: "simulated" });
      }
      this.#place.put(key, bytes);
    }
    this.#loseAnswer(`save ${key}`);
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    await this.#weather("load");
    const key = keyOf(file);
    const bytes = this.#place.files.get(key);
    if (bytes === undefined) throw new ObhutError("STORAGE_FILE_MISSING", { location: this.location, file: key });
    const { offset, length } = range ?? { offset: 0, length: bytes.length };
    const { random, weather } = this.#place;
    const short = random.fraction() < weather.shortRead;
    if (offset + length > bytes.length || short) {
      const got = Math.max(0, Math.min(bytes.length - offset, length - 1));
      throw new ObhutError("STORAGE_SHORT_READ", { location: this.location, file: key, wanted: length, got });
    }
    const copy = Uint8Array.from(bytes.subarray(offset, offset + length));
    if (copy.length > 0 && random.fraction() < weather.flippedRead) flipBit(copy, random);
    return copy;
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    await this.#weather("look at");
    return this.#place.files.get(keyOf(file))?.length;
  }

  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    await this.#weather("list");
    for (const [key, sizeBytes] of this.#place.listed()) {
      signal?.throwIfAborted();
      const name = key.slice(type.length + 1);
      const mine = type === "config" ? key === "config" : key.startsWith(`${type}/`) && isId(name);
      if (mine) yield { name, sizeBytes };
    }
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#weather("remove");
    this.#place.drop(keyOf(file));
    this.#loseAnswer(`remove ${keyOf(file)}`);
  }

  async close(): Promise<void> {}

  async #weather(action: string): Promise<void> {
    const { clock, random, weather } = this.#place;
    if (weather.latencyMs > 0) await clock.sleep(1 + random.fraction() * weather.latencyMs);
    if (this.#dead) throw new Error("killed");
    if (random.fraction() < weather.failure) throw this.#failed(action);
  }

  #loseAnswer(action: string): void {
    if (this.#place.random.fraction() < this.#place.weather.lostAnswer) throw this.#failed(action);
  }

  #failed(action: string): ObhutError {
    return new ObhutError("STORAGE_FAILED", { location: this.location, action, reason: "simulated" });
  }
}

export function flipBit(bytes: Uint8Array, random: Seeded): void {
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
}

function keyOf(file: StorageFile): string {
  return file.type === "config" ? "config" : `${file.type}/${file.name}`;
}
