/** Arrows point down only: a folder of src/ imports from itself and from those that stand before it here. */
import path from "node:path";
import type { SourceFile } from "./source-files.ts";

/** From the bottom up. `compose.ts` is a file, and stands in the order like a folder. */
export const layers = [
  "base",
  "messages",
  "host",
  "storage",
  "openwebui",
  "deployment",
  "repository",
  "capture",
  "plain",
  "notify",
  "plans",
  "jobs",
  "compose.ts",
  "web",
  "daemon",
  "cli",
] as const;

const importPatterns = [
  /^\s*(?:import|export)\s[^"';]*?\bfrom\s*"([^"]+)"/gm,
  /^\s*import\s*"([^"]+)"/gm,
  /\bimport\(\s*"([^"]+)"/g,
  /\bnew URL\(\s*"(\.[^"]+\.[jt]s)"/g,
];

/** One sentence for each import that points up, leaves src/, or lies in a folder that has no place in the order. */
export function layerViolations(files: readonly SourceFile[]): string[] {
  const found: string[] = [];
  for (const file of files) {
    const from = rankOf(file.path);
    if (from === undefined) {
      found.push(`${file.path} lies in no layer`);
      continue;
    }
    for (const specifier of relativeImports(file.text)) {
      const target = path.posix.join(path.posix.dirname(file.path), specifier);
      // A unit test may use what other tests are made of; the program never does.
      if (file.path.endsWith(".test.ts") && target.startsWith("tests/")) continue;
      const to = rankOf(target);
      if (to === undefined) found.push(`${file.path} imports ${target}, which lies in no layer`);
      else if (to > from) found.push(`${file.path} imports ${target}, which stands above it`);
    }
  }
  return found.sort();
}

function rankOf(file: string): number | undefined {
  const [top, layer] = file.split("/");
  const at = top === "src" ? (layers as readonly (string | undefined)[]).indexOf(layer) : -1;
  return at === -1 ? undefined : at;
}

function relativeImports(text: string): string[] {
  return importPatterns
    .flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""))
    .filter((specifier) => specifier.startsWith("."));
}
