/** A command line as one string, split into its words. No shell ever sees it: nothing is expanded, piped or run in between. */
import { ObhutError } from "../base/errors.ts";
import { reason } from "../base/reason-codes.ts";

/** Words as a POSIX shell would split them: single quotes keep all, double quotes and a backslash keep the next character. Throws USAGE. */
export function splitCommand(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    const next = line.charAt(at + 1);
    if (quote === "" && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === "" && (char === "'" || char === '"')) {
      quote = char;
      word ??= "";
    } else if (char === quote) {
      quote = "";
    } else if (escapes(char, next, quote)) {
      word = (word ?? "") + next;
      at += 1;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== "") throw new ObhutError("USAGE", { reason: reason("commandQuotes", { value: line }) });
  if (word !== undefined) words.push(word);
  return words;
}

function escapes(char: string, next: string, quote: string): boolean {
  if (char !== "\\" || next === "") return false;
  return quote === "" || (quote === '"' && /["\\$`]/.test(next));
}
