/** Copies of vector_db, opened by the real Chroma in a Python process of its own. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { PersonState } from "./history.ts";

export interface ChromaContent {
  readonly collections: Readonly<Record<string, { readonly ids: string[]; readonly fileIds: string[] }>>;
  /** What Chroma could not open, count or find again. */
  readonly faults: readonly string[];
}

/** A Chroma that was opened keeps its files open as long as its process lives: 60 of them are too many. */
const foldersAtOnce = 10;

/** One result for each data directory, in their order. Chroma may write to what it opens. */
export async function readChroma(python: string, dataDirs: readonly string[]): Promise<ChromaContent[]> {
  const script = path.join(import.meta.dirname, "read_chroma.py");
  const folders = dataDirs.map((dataDir) => path.join(dataDir, "vector_db"));
  const contents: ChromaContent[] = [];
  for (let first = 0; first < folders.length; first += foldersAtOnce) {
    const some = folders.slice(first, first + foldersAtOnce);
    const { stdout } = await promisify(execFile)(python, [script, ...some], { maxBuffer: 256 * 1024 * 1024 });
    contents.push(
      ...stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as ChromaContent),
    );
  }
  return contents;
}

export interface PersonVectors {
  readonly userId: string;
  readonly knowledgeId: string;
}

/**
 * What is missing of a person's vectors. `before` and `now` are the states around the last action that the copy shows: that
 * one may have been half done, so only what holds in both is asked for.
 */
export function vectorFaults(
  content: ChromaContent,
  person: PersonVectors,
  before: PersonState,
  now: PersonState,
): string[] {
  const held = (name: string): number => content.collections[name]?.ids.length ?? 0;
  const known = new Set(content.collections[person.knowledgeId]?.fileIds);
  const memories = new Set(content.collections[`user-memory-${person.userId}`]?.ids);
  return [
    ...[...now.files.keys()].filter((id) => before.files.has(id) && held(`file-${id}`) === 0).map((id) => `file ${id}`),
    ...[...now.known]
      .filter((id) => before.known.has(id) && !known.has(id))
      .map((id) => `file ${id} in its knowledge base`),
    ...[...now.memories].filter((id) => before.memories.has(id) && !memories.has(id)).map((id) => `memory ${id}`),
  ].map((what) => `Chroma has no vectors of ${what}`);
}
