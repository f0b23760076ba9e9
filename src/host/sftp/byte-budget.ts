/** How many bytes may be under way at once, over all files of a connection. First come, first served. */

interface Waiter {
  readonly bytes: number;
  readonly go: () => void;
}

export class ByteBudget {
  #freeBytes: number;
  readonly #maxBytes: number;
  readonly #waiters: Waiter[] = [];

  constructor(maxBytes: number) {
    this.#freeBytes = maxBytes;
    this.#maxBytes = maxBytes;
  }

  /** Resolves once there is room; whoever took gives back. More than there is at all waits for everything. */
  async take(bytes: number): Promise<void> {
    const wanted = Math.min(bytes, this.#maxBytes);
    if (this.#waiters.length === 0 && wanted <= this.#freeBytes) {
      this.#freeBytes -= wanted;
      return;
    }
    await new Promise<void>((go) => this.#waiters.push({ bytes: wanted, go }));
  }

  give(bytes: number): void {
    this.#freeBytes += Math.min(bytes, this.#maxBytes);
    for (let next = this.#waiters[0]; next !== undefined && next.bytes <= this.#freeBytes; next = this.#waiters[0]) {
      this.#waiters.shift();
      this.#freeBytes -= next.bytes;
      next.go();
    }
  }
}
