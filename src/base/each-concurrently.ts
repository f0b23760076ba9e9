/** A bounded number of things at once. */

/**
 * Calls `work` with 0 to `count - 1`, at most `limit` of them under way. The first that rejects ends it: no more are begun, those
 * under way are waited for, then its error is thrown.
 */
export async function eachConcurrently(
  count: number,
  limit: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed: { readonly error: unknown } | undefined;
  const run = async (): Promise<void> => {
    while (next < count && failed === undefined) {
      try {
        await work(next++);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, count) }, run));
  if (failed !== undefined) throw failed.error;
}
