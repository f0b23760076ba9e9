/** A few SSH sessions that calls share: made when they are needed, made anew when one ended. */
import type { SftpClient } from "../../host/sftp/sftp-client.ts";
import type { SshSession } from "../../host/sftp/ssh-session.ts";

export interface SessionPoolOptions {
  readonly open: () => Promise<SshSession>;
  readonly maxSessions: number;
  /** Another session is made only when each has this much to do: most commands never need a second. */
  readonly callsEach: number;
}

interface Slot {
  readonly opening: Promise<SshSession>;
  session?: SshSession;
  calls: number;
}

/** How long a call that was aborted may take to end well, before its session is ended under it. */
const abortedMs = 5_000;

export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #slots = new Set<Slot>();
  #mostSessions: number;
  #closed = false;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    this.#mostSessions = options.maxSessions;
  }

  /** Rejects with what `work` does, or with what `open` does where there is no session at all. */
  async use<T>(work: (client: SftpClient) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const slot = this.#choose();
    slot.calls += 1;
    try {
      const session = await this.#opened(slot);
      if (session === undefined) return await this.use(work, signal);
      return await endedByAbort(session, signal, () => work(session.client));
    } finally {
      slot.calls -= 1;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([...this.#slots].map(async ({ opening }) => (await opening).close()));
    this.#slots.clear();
  }

  #choose(): Slot {
    if (this.#closed) throw new Error("the storage was closed");
    for (const slot of this.#slots) if (slot.session?.client.ended !== undefined) this.#drop(slot);
    const [idlest] = [...this.#slots].sort((a, b) => a.calls - b.calls);
    const more = this.#slots.size < this.#mostSessions && (idlest?.calls ?? 0) >= this.#options.callsEach;
    if (idlest !== undefined && !more) return idlest;
    const slot: Slot = { opening: this.#options.open(), calls: 0 };
    slot.opening.then(
      (session) => {
        slot.session = session;
      },
      () => undefined,
    );
    this.#slots.add(slot);
    return slot;
  }

  /** Undefined where a further session was refused while others work: those have to do. */
  async #opened(slot: Slot): Promise<SshSession | undefined> {
    try {
      return await slot.opening;
    } catch (error) {
      this.#slots.delete(slot);
      const others = [...this.#slots].filter(
        ({ session }) => session !== undefined && session.client.ended === undefined,
      );
      if (others.length === 0) throw error;
      this.#mostSessions = Math.min(this.#mostSessions, others.length);
      return undefined;
    }
  }

  #drop(slot: Slot): void {
    this.#slots.delete(slot);
    void slot.session?.close();
  }
}

async function endedByAbort<T>(
  session: SshSession,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => void session.close(), abortedMs);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await work();
  } finally {
    signal?.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  }
}
