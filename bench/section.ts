/** Sections of RESULTS.md that can be measured, and replaced, by themselves. */

export interface Section {
  readonly begins: string;
  readonly ends: string;
}

/** `results` with this text, from `begins` to `ends` and a line's end, in the place of the one it had, or at its end. */
export function withSection(results: string, { begins, ends }: Section, text: string): string {
  if (text === "") return results;
  const from = results.indexOf(begins);
  const to = results.indexOf(ends);
  if (from < 0 || to < from) return `${results.trimEnd()}\n\n${text}`;
  return `${results.slice(0, from)}${text}${results.slice(to + ends.length).trimStart()}`;
}

/** The section that `results` has, or nothing. */
export function sectionIn(results: string, { begins, ends }: Section): string {
  const from = results.indexOf(begins);
  const to = results.indexOf(ends);
  return from < 0 || to < from ? "" : `${results.slice(from, to + ends.length)}\n`;
}
