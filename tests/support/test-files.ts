/** Which test files there are, and the order they start in. */
import { glob } from "node:fs/promises";
import path from "node:path";

/** The long ones first and the many short ones last, so that all who run them end together. */
const firstFolders = [
  "tests/crash/write-k/",
  "tests/crash/",
  "tests/live/",
  "tests/interop/",
  "tests/simulation/",
  "tests/",
];

/** Absolute paths of every test file below src/, bench/ and tests/. An empty list is an error: nothing would be proven. */
export async function findTestFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob(["src/**/*.test.ts", "bench/**/*.test.ts", "tests/**/*.test.ts"], { cwd: root }))
    found.push(file);
  if (found.length === 0) throw new Error(`no test file below ${root}`);
  return inStartingOrder(found).map((file) => path.join(root, file));
}

export function inStartingOrder(files: readonly string[]): string[] {
  const rank = (file: string): number => {
    const at = firstFolders.findIndex((folder) => file.startsWith(folder));
    return at === -1 ? firstFolders.length : at;
  };
  return files.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
