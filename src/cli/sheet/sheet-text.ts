/** A recovery sheet as plain text. */
import { wrapped } from "../output/table.ts";
import type { SheetContent, SheetSection } from "./sheet-sections.ts";

const columns = 78;

export function sheetText({ title, intro, sections, made }: SheetContent): string {
  const lines = [title, "=".repeat(title.length), "", ...wrapped(intro, columns), ""];
  for (const section of sections) lines.push(...sectionLines(section), "");
  return `${[...lines, made].join("\n")}\n`;
}

/** What is to be typed stands on a line of its own, however long it is. */
function sectionLines({ heading, rows, commands, secret, note }: SheetSection): readonly string[] {
  return [
    heading,
    "-".repeat(heading.length),
    ...rows.map(([label, value]) => `${label}: ${value}`),
    ...(secret === undefined ? [] : ["", `    ${secret}`, ""]),
    ...commands.map((command) => `    ${command}`),
    ...(note === undefined ? [] : wrapped(note, columns)),
  ];
}
