/** The project's own files, as the structure checks read them. */
import { execFileSync } from "node:child_process";
import { glob, readFile } from "node:fs/promises";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

export interface SourceFile {
  /** Relative to the project's root, with forward slashes: `src/base/ids.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file below src/. */
export async function sourceFiles(): Promise<SourceFile[]> {
  const paths = await Array.fromAsync(glob("src/**/*.ts", { cwd: root }));
  return Promise.all(paths.map(async (file) => ({ path: file, text: await readFile(path.join(root, file), "utf8") })));
}

/** Every text file that is committed, or would be by `git add`. Binary files are those with a NUL byte, as git has it. */
export async function trackedTextFiles(): Promise<SourceFile[]> {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached"], { cwd: root, encoding: "utf8" });
  const files: SourceFile[] = [];
  for (const file of listed.split("\0").filter(Boolean)) {
    const bytes = await readFile(path.join(root, file)).catch(() => undefined);
    if (bytes !== undefined && !bytes.includes(0)) files.push({ path: file, text: bytes.toString("utf8") });
  }
  return files;
}
