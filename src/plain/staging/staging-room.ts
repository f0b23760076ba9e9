/** How many bytes may be kept at once. First come, first served; what is forced goes past everybody, and past the bound. */

interface Waiter {
  readonly bytes: number;
  readonly go: () => void;
}

export class StagingRoom {
  readonly #mostBytes: number;
  #takenBytes = 0;
  #waiters: Waiter[] = [];

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  takeNow(bytes: number): boolean {
    if (this.#waiters.length > 0 || this.#takenBytes + bytes > this.#mostBytes) return false;
    this.#takenBytes += bytes;
    return true;
  }

  force(bytes: number): void {
    this.#takenBytes += bytes;
  }

  /** What is larger than all the room there is waits until it has it for itself. Rejects with the signal's reason. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiters.length === 0 && this.#fits(bytes)) return this.force(bytes);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { bytes, go: resolve };
    const onAbort = (): void => {
      this.#waiters = this.#waiters.filter((one) => one !== waiter);
      reject(signal.reason);
    };
    this.#waiters.push(waiter);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
    for (let next = this.#waiters[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiters[0]) {
      this.#waiters.shift();
      this.force(next.bytes);
      next.go();
    }
  }

  #fits(bytes: number): boolean {
    return this.#takenBytes === 0 || this.#takenBytes + bytes <= this.#mostBytes;
  }
}
