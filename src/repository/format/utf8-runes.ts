/** Bytes as Go sees a string: code points, and single bytes that are no UTF-8 (unicode/utf8.DecodeRune). */

/** One step: a code point, or -1 for a byte that is not UTF-8 (then `bytes` is 1). */
export interface Rune {
  readonly point: number;
  readonly bytes: number;
}

const invalid: Rune = { point: -1, bytes: 1 };

/** The rune at `at` of a string that holds one byte in each unit. */
export function runeAt(text: string, at: number): Rune {
  const first = text.charCodeAt(at);
  if (first < 0x80) return { point: first, bytes: 1 };
  const bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + bytes > text.length) return invalid;
  let point = first & (0x7f >> bytes);
  for (let i = 1; i < bytes; i++) {
    const next = text.charCodeAt(at + i);
    if ((next & 0xc0) !== 0x80) return invalid;
    point = (point << 6) | (next & 0x3f);
  }
  const least = bytes === 2 ? 0x80 : bytes === 3 ? 0x800 : 0x10000;
  if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return invalid;
  return { point, bytes };
}

/** Whether the bytes are UTF-8 as Go's utf8.ValidString judges. */
export function isUtf8(text: string): boolean {
  for (let at = 0; at < text.length; ) {
    const { point, bytes } = runeAt(text, at);
    if (point < 0) return false;
    at += bytes;
  }
  return true;
}
