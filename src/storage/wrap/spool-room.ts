/** The folder of this machine where packs wait for slow storages: bounded, shared by all storages of a run, empty when it ends. */
import { statfs } from "node:fs/promises";
import { limits } from "../../base/limits.ts";

export interface SpoolRoomOptions {
  /** Private, on a disk of this machine. Whoever made it removes it. */
  readonly folder: string;
  /** What waits takes no more than this. */
  readonly maxBytes: number;
  /** Free bytes of the folder's file system; statfs by default. */
  readonly freeBytes?: (folder: string) => Promise<number>;
  /** Told once, when the disk has less room than `maxBytes` promised. */
  readonly onDiskFull?: (freeBytes: number) => void;
}

export class SpoolRoom {
  readonly folder: string;
  readonly maxBytes: number;
  /** Called whenever what waits, or whether somebody waits for room, has changed. */
  onChange: (() => void) | undefined;
  readonly #options: SpoolRoomOptions;
  #usedBytes = 0;
  #waiting = 0;
  #toldFull = false;
  #wakers: (() => void)[] = [];

  constructor(options: SpoolRoomOptions) {
    this.folder = options.folder;
    this.maxBytes = options.maxBytes;
    this.#options = options;
  }

  /** Bytes of packs that wait for their upload. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Whether a pack waits for room: then nobody reads on before an upload ends. */
  get isFull(): boolean {
    return this.#waiting > 0;
  }

  /** Takes room for so many bytes where there is any now. */
  async take(bytes: number): Promise<boolean> {
    if (this.#usedBytes + bytes > this.maxBytes) return false;
    // Before the disk is asked: what others take meanwhile must not be taken twice.
    this.#usedBytes += bytes;
    const free = await this.#freeBytes();
    if (free >= bytes + limits.keepFreeBytes) {
      this.onChange?.();
      return true;
    }
    if (!this.#toldFull) this.#options.onDiskFull?.(free);
    this.#toldFull = true;
    this.#usedBytes -= bytes;
    return false;
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
    this.wake();
  }

  /** Whoever waits looks again. */
  wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
    this.onChange?.();
  }

  /** Resolves at the next `release` or `wake`. */
  async changed(): Promise<void> {
    await new Promise<void>((resolve) => this.#wakers.push(resolve));
  }

  /** As `changed`, for a pack that has no room. */
  async waitForRoom(): Promise<void> {
    this.#waiting += 1;
    this.onChange?.();
    try {
      await this.changed();
    } finally {
      this.#waiting -= 1;
      this.onChange?.();
    }
  }

  /** Resolves when so many bytes find room, or all that there is. Rejects with the signal's reason. */
  async roomFor(bytes: number, signal: AbortSignal): Promise<void> {
    const onAbort = (): void => this.wake();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      for (;;) {
        signal.throwIfAborted();
        if (this.#usedBytes === 0 || this.#usedBytes + bytes <= this.maxBytes) return;
        await this.changed();
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #freeBytes(): Promise<number> {
    if (this.#options.freeBytes !== undefined) return await this.#options.freeBytes(this.folder);
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize;
  }
}
