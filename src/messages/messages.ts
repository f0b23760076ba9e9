/** The sentences of one language, and how errors and findings become text. */
import type { ObhutError } from "../base/errors.ts";
import type { Finding } from "../base/finding-codes.ts";
import type { Reason, ReasonCode } from "../base/reason-codes.ts";
import { type StorageVerb, verbOf } from "../base/storage-action.ts";
import type * as en from "./en.ts";
import type { Language } from "./language.ts";
import { fill, type Sentence } from "./sentence.ts";
import { shownValue } from "./shown-value.ts";
import { systemReason } from "./system-reason.ts";

type Words<Source> = { readonly [Key in keyof Source]: Source[Key] extends string ? string : Words<Source[Key]> };

export { type Language, languageOf } from "./language.ts";

export interface Messages {
  readonly language: Language;
  readonly errors: typeof en.errors;
  readonly findings: typeof en.findings;
  readonly reasons: Readonly<Record<ReasonCode, string>>;
  readonly contents: Words<typeof en.contents>;
  readonly help: Words<typeof en.help>;
  readonly instance: Words<typeof en.instance>;
  readonly sheet: Words<typeof en.sheet>;
  readonly system: Words<typeof en.system>;
  readonly verbs: Readonly<Record<StorageVerb, readonly [alone: string, of: string]>>;
  readonly output: Readonly<Record<en.OutputKey, string>>;
}

/** Only this language's: a backup's key must not wait for words that nobody reads. */
export async function loadMessages(language: Language): Promise<Messages> {
  const words: Omit<Messages, "language"> = language === "de" ? await import("./de.ts") : await import("./en.ts");
  return { ...words, language };
}

export function errorSentence(messages: Messages, error: ObhutError): Sentence {
  return filled(messages, messages.errors[error.code], error.params);
}

export function findingSentence(messages: Messages, found: Finding): Sentence {
  return filled(messages, messages.findings[found.code], found.params);
}

type Values = Readonly<Record<string, string | number | Reason>>;

function filled(messages: Messages, sentence: Sentence, values: Values): Sentence {
  const words: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(withSystemWords(messages, values))) {
    words[name] = typeof value === "object" ? reasonText(messages, value) : shownValue(name, value, messages.language);
  }
  return { what: fill(sentence.what, words), next: fill(sentence.next, words) };
}

/** A reason may have others in it. */
function reasonText(messages: Messages, { code, params }: Reason): string {
  const words = Object.entries(withSystemWords(messages, params)).map(
    ([name, value]) => [name, typeof value === "object" ? reasonText(messages, value) : value] as const,
  );
  return fill(messages.reasons[code], Object.fromEntries(words));
}

function withSystemWords<Given extends Values>(messages: Messages, values: Given): Given {
  const { reason, action } = values;
  const told = Object.values(values).filter((value) => typeof value === "string");
  return {
    ...values,
    ...(typeof reason === "string" ? { reason: systemReason(reason, messages.system, told) } : {}),
    ...(typeof action === "string" ? { action: actionText(action, messages.verbs) } : {}),
  };
}

/** What was asked of a storage, in a person's words. */
function actionText(action: string, words: Messages["verbs"]): string {
  const { verb, rest } = verbOf(action) ?? {};
  if (verb === undefined || rest === undefined) return action;
  const [alone, of] = words[verb];
  return rest.trim() === "" ? alone : `${of}${rest}`;
}
