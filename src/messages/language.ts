/** The languages there are, and which one a person wants. */

export type Language = "en" | "de";

/** The language a person's environment asks for: OBHUT_LANG, then as POSIX has it; English where it names no other. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const wanted = env["OBHUT_LANG"] || env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"] || "";
  return /^de(?![a-z])/i.test(wanted) ? "de" : "en";
}
