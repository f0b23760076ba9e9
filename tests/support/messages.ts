/** Both languages at once: the program loads only the one that is asked for. */
import { type Language, loadMessages, type Messages } from "../../src/messages/messages.ts";

const both: Readonly<Record<Language, Messages>> = { en: await loadMessages("en"), de: await loadMessages("de") };

export function messagesIn(language: Language): Messages {
  return both[language];
}
