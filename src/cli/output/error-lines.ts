/** Errors and findings as lines for people. */
import type { ObhutError } from "../../base/errors.ts";
import { type Finding, isIncomplete } from "../../base/finding-codes.ts";
import { errorSentence, findingSentence, type Messages } from "../../messages/messages.ts";
import type { Sentence } from "../../messages/sentence.ts";
import { printable } from "./table.ts";

/** Wraps the word in front of a message in its colour, where the stream shows colours. */
export type Paint = (word: string, colour: "red" | "yellow" | "cyan") => string;

export const plain: Paint = (word) => word;

const colourCodes = { red: 31, yellow: 33, cyan: 36 } as const;

export const coloured: Paint = (word, colour) => `\u001b[${colourCodes[colour]}m${word}\u001b[0m`;

export function errorLines(error: ObhutError, messages: Messages, paint: Paint): readonly string[] {
  return sentenceLines(paint(`${messages.output.errorWord}:`, "red"), errorSentence(messages, error));
}

export function findingLines(found: Finding, messages: Messages, paint: Paint): readonly string[] {
  const incomplete = isIncomplete(found);
  const word = incomplete ? messages.output.findingWord : messages.output.noteWord;
  return sentenceLines(paint(`${word}:`, incomplete ? "yellow" : "cyan"), findingSentence(messages, found));
}

function sentenceLines(word: string, { what, next }: Sentence): readonly string[] {
  const first = `${word} ${printable(what)}`;
  return next === "" ? [first] : [first, `  ${printable(next)}`];
}
