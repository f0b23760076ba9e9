/** Alle übrigen Sätze des Programms: Hilfe, Tabellen, Fortschritt, Zusammenfassungen. */
import type { TextKey } from "../en/text.ts";

export const text: Record<TextKey, string> = {
  exampleOnly: "",
};
