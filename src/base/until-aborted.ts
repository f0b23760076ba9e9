/** Waiting for work that does not look at a signal itself. */

/** What `work` gives, or a rejection with the signal's reason as soon as it aborts; whoever owns the work ends it then. */
export async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([aborted.promise, work()]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
