/** Opens what a job writes to: a destination that cannot be opened keeps none of the others from it. */
import { isObhutError, type ObhutError } from "../base/errors.ts";

export interface FailedOpening {
  readonly location: string;
  readonly error: ObhutError;
}

/** Closing it closes all that was opened. */
export interface OpenedAll<One> extends AsyncDisposable {
  readonly opened: readonly One[];
  /** Those that could not be opened; the others go on without them. */
  readonly failed: readonly FailedOpening[];
}

/** `open` gets a stack for what its destination holds open. Rejects with what is no error of a destination, and once the signal aborts. */
export async function openAll<Destination extends { readonly written: string }, One>(
  destinations: readonly Destination[],
  signal: AbortSignal,
  open: (destination: Destination, own: AsyncDisposableStack) => Promise<One>,
): Promise<OpenedAll<One>> {
  await using stack = new AsyncDisposableStack();
  const failed: FailedOpening[] = [];
  const opening = destinations.map(async (destination): Promise<One[]> => {
    try {
      return [await open(destination, stack.use(new AsyncDisposableStack()))];
    } catch (error) {
      if (!isObhutError(error) || signal.aborted) throw error;
      failed.push({ location: destination.written, error });
      return [];
    }
  });
  const settled = await Promise.allSettled(opening);
  const broken = settled.find((one) => one.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  const opened = settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  const kept = stack.move();
  return { opened, failed, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
