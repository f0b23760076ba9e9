/** Names that have no place in the project's files: of one machine, or of where somebody fetches packages. */
import type { SourceFile } from "./source-files.ts";

/** Written in pieces, so that this file does not catch itself. */
const forbidden: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "a path of one machine",
    pattern: new RegExp(`(?<![\\w.-])/(?:${["wo", "rk"].join("")}|root)/`),
  },
  {
    what: "a package registry's host",
    pattern: new RegExp(
      [
        "registry\\.npmjs",
        "proxy\\.golang",
        "sum\\.golang",
        "files\\.pythonhosted",
        "static\\.crates",
        "index\\.crates",
      ]
        .map((name) => `${name}\\.\\w+`)
        .join("|"),
    ),
  },
  { what: "where a package was fetched from", pattern: /"resolved"\s*:\s*"\w+:/ },
];

/** One sentence for each line that names one. */
export function privateNames(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    file.text.split("\n").flatMap((line, at) => {
      const hit = forbidden.find(({ pattern }) => pattern.test(line));
      return hit === undefined ? [] : [`${file.path}:${at + 1} holds ${hit.what}: ${line.trim().slice(0, 100)}`];
    }),
  );
}
