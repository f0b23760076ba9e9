/** Go's strconv.Quote and Unquote, which restic puts around names so that any bytes survive in JSON. */
import type { BytePath } from "../../base/byte-path.ts";
import { newerThanUnicode15 } from "./unicode-since-15.ts";
import { runeAt } from "./utf8-runes.ts";

const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const letters = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x0c, "\\f"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x09, "\\t"],
  [0x0b, "\\v"],
  [0x5c, "\\\\"],
  [0x22, '\\"'],
]);
const bytesOfLetter = new Map([...letters].map(([byte, code]) => [code.charAt(1), String.fromCharCode(byte)]));

/** What strconv.Quote puts between its quotes. Bytes in, bytes out. */
export function goQuote(name: BytePath): string {
  if (plain.test(name)) return name;
  let quoted = "";
  for (let at = 0; at < name.length; ) {
    const { point, bytes } = runeAt(name, at);
    quoted += quotedRune(point, name.slice(at, at + bytes));
    at += bytes;
  }
  return quoted;
}

function quotedRune(point: number, bytes: string): string {
  if (point < 0) return `\\x${bytes.charCodeAt(0).toString(16).padStart(2, "0")}`;
  const letter = letters.get(point);
  if (letter !== undefined) return letter;
  if (printable.test(String.fromCodePoint(point)) && !newerThanUnicode15(point)) return bytes;
  const hex = point.toString(16);
  if (point < 0x20 || point === 0x7f) return `\\x${hex.padStart(2, "0")}`;
  return point < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

const escapes = /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\"]))|\\/g;

/** The bytes of what `goQuote` made (bytes in one unit each), or undefined where an escape is none of Go's. */
export function goUnquote(quoted: string): BytePath | undefined {
  if (!quoted.includes("\\")) return quoted as BytePath;
  let valid = true;
  const name = quoted.replace(
    escapes,
    (_all, hex?: string, octal?: string, u?: string, long?: string, letter?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      const point = u ?? long;
      if (point !== undefined) {
        const value = Number.parseInt(point, 16);
        valid &&= value <= 0x10ffff && !(value >= 0xd800 && value < 0xe000);
        return valid ? Buffer.from(String.fromCodePoint(value), "utf8").toString("latin1") : "";
      }
      const byte = letter === undefined ? undefined : bytesOfLetter.get(letter);
      valid &&= byte !== undefined;
      return byte ?? "";
    },
  );
  return valid ? (name as BytePath) : undefined;
}
