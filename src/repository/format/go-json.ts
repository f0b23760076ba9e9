/** Strings in JSON exactly as Go's encoding/json writes them (encode.go, appendString with escapeHTML). */
import type { BytePath } from "../../base/byte-path.ts";
import { runeAt } from "./utf8-runes.ts";

/** What needs no escape: printable ASCII but `"`, `\`, `<`, `>`, `&`; and DEL. */
const plain = /^[\x20\x21\x23-\x25\x27-\x3b\x3d\x3f-\x5b\x5d-\x7f]*$/;
const short = new Map([
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
]);

/**
 * The JSON string, quotes included, of bytes; the result too holds one byte in each unit. Bytes that are not UTF-8 become
 * \ufffd, as in Go.
 */
export function goJsonString(bytes: BytePath | string): string {
  if (plain.test(bytes)) return `"${bytes}"`;
  let json = '"';
  for (let at = 0; at < bytes.length; ) {
    const rune = runeAt(bytes, at);
    json += escaped(rune.point) ?? bytes.slice(at, at + rune.bytes);
    at += rune.bytes;
  }
  return `${json}"`;
}

function escaped(point: number): string | undefined {
  if (point < 0) return "\\ufffd";
  const known = short.get(point);
  if (known !== undefined) return known;
  const control = point < 0x20 || point === 0x3c || point === 0x3e || point === 0x26;
  return control || point === 0x2028 || point === 0x2029 ? `\\u${point.toString(16).padStart(4, "0")}` : undefined;
}
