/** The sentences of one language, and how errors and findings become text. */
import type { ObhutError } from "../base/errors.ts";
import type { Finding } from "../base/finding-codes.ts";
import * as de from "./de.ts";
import * as en from "./en.ts";
import { fill, type Sentence } from "./sentence.ts";

export type Language = "en" | "de";

export interface Messages {
  readonly errors: typeof en.errors;
  readonly findings: typeof en.findings;
  readonly text: Readonly<Record<en.TextKey, string>>;
}

const byLanguage: Record<Language, Messages> = { en, de };

export function messagesIn(language: Language): Messages {
  return byLanguage[language];
}

export function errorSentence(messages: Messages, error: ObhutError): Sentence {
  return filled(messages.errors[error.code], error.params);
}

export function findingSentence(messages: Messages, found: Finding): Sentence {
  return filled(messages.findings[found.code], found.params);
}

function filled(sentence: Sentence, values: Readonly<Record<string, string | number>>): Sentence {
  return { what: fill(sentence.what, values), next: fill(sentence.next, values) };
}
