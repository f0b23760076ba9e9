/** Which paths of a snapshot a restore takes: the parts that were asked for, and a person's own patterns. */
import { type PathPattern, requirePathPattern } from "../base/path-pattern.ts";
import type { Part } from "../openwebui/parts.ts";

export interface ChosenPaths {
  readonly includes: readonly PathPattern[];
  readonly excludes: readonly PathPattern[];
}

/** Where each part lies in a snapshot of Obhut's; `rest` is everything else. */
const partPaths: Readonly<Record<Exclude<Part, "rest">, string>> = {
  database: "/open-webui/data/webui.db",
  vectors: "/open-webui/data/vector_db",
  uploads: "/open-webui/data/uploads",
};
const everything = "/open-webui/data/*";
const namedParts = ["database", "vectors", "uploads"] as const;

/** No parts mean all of them. A person's includes narrow what the parts allow. USAGE for a pattern whose brackets do not close. */
export function choosePaths(
  parts: readonly Part[],
  includes: readonly string[],
  excludes: readonly string[],
): ChosenPaths {
  return {
    includes: includes.map(requirePathPattern),
    excludes: [...outside(parts), ...excludes].map(requirePathPattern),
  };
}

/** What the parts leave out. Without `rest` that is everything, with the parts taken back; with it the parts not asked for. */
function outside(parts: readonly Part[]): readonly string[] {
  if (parts.length === 0) return [];
  if (parts.includes("rest")) return namedParts.filter((part) => !parts.includes(part)).flatMap(pathOf);
  return [everything, ...parts.flatMap(pathOf).map((path) => `!${path}`)];
}

function pathOf(part: Part): readonly string[] {
  return part === "rest" ? [] : [partPaths[part]];
}
