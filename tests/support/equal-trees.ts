/** Whether two folders hold the same, as far as any file system and any program can bring it back. */
import assert from "node:assert/strict";
import { type ListedEntry, listTree } from "./tree-listing.ts";

/** `without`: what the other program is known not to restore. */
export async function assertSameTree(
  actual: string,
  expected: string,
  without: (entry: ListedEntry) => Partial<ListedEntry> = (entry) => entry,
): Promise<void> {
  const [a, b] = [await listTree(actual), await listTree(expected)];
  assert.deepEqual(Object.keys(a).sort(), Object.keys(b).sort());
  for (const [name, entry] of Object.entries(b)) {
    const other = a[name] ?? assert.fail(name);
    assert.deepEqual(without(other), without(entry), name);
  }
}
