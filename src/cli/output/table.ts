/** Aligned columns for a terminal or a log. */

export interface Column {
  readonly title: string;
  readonly align?: "right";
}

/** Title line, rule, rows. Columns are as wide as their widest cell; the last one is not padded. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[index] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => pad(cells[index] ?? "", widths[index] ?? 0, column.align))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(columns.map((column) => column.title)), rule, ...rows.map(line)];
}

/** `Label:  value` with the values below each other; rows without a value are left out. */
export function labelLines(rows: readonly (readonly [label: string, value: string | undefined])[]): readonly string[] {
  const present = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const width = Math.max(0, ...present.map(([label]) => displayWidth(label)));
  return present.map(([label, value]) => `${pad(`${label}:`, width + 1)}  ${value}`);
}

function pad(cell: string, width: number, align?: "right"): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(cell)));
  return align === "right" ? space + cell : cell + space;
}

/** Columns a text takes: combining marks none, wide characters (CJK, emoji) two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(char)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u.test(
        char,
      )
        ? 2
        : 1;
  }
  return width;
}

/** Control characters of a name from a backup must not reach the terminal as such. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** `text` cut to at most `columns` columns, with an ellipsis where something went. */
export function clipped(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  for (const char of text) {
    if (displayWidth(kept) + displayWidth(char) > columns - 1) break;
    kept += char;
  }
  return columns > 0 ? `${kept}…` : "";
}

/** Words of `text` in lines of at most `columns`. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
