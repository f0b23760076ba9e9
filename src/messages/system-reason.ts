/**
 * What the operating system said, in a person's words. Node words it as `ENOENT: no such file or directory, open '/x'` whatever the
 * language; programs get it so. Source of the form: libuv's uv_strerror and Node's UVException.
 */
import type { SystemWords } from "./en/system.ts";

const form = /^(E[A-Z0-9]+)(?:: [^,]+(?:, (\w+)(?: '(.*?)'(?: -> '(.*)')?)?)?)?$/s;

/**
 * `text` in words where it is the system's and there are words for it, else as it is. `told`: the sentence's other values; a path that is
 * among them is not said again.
 */
export function systemReason(text: string, words: SystemWords, told: readonly string[]): string {
  const [, code = "", , from, to] = form.exec(text) ?? [];
  if (!Object.hasOwn(words, code)) return text;
  const paths = [from, to].filter((path) => path !== undefined && !told.includes(path));
  return `${words[code as keyof SystemWords]} (${[code, ...paths].join(", ")})`;
}
