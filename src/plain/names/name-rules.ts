/** Which names a place can hold, and what is written in the stead of one that it cannot. Pure. */
import { createHash } from "node:crypto";
import { type BytePath, bytePath, bytesOf } from "../../base/byte-path.ts";

/** What a place was seen to refuse or to change; see probe-names.ts. */
export interface NameRules {
  /** `: ? * " < > | \`, control characters, a space or a dot at the end, names of devices: SMB, NTFS, exFAT. */
  readonly portable: boolean;
  /** `A` and `a` are one name. */
  readonly foldsCase: boolean;
  /** Only names that are UTF-8. */
  readonly utf8: boolean;
}

export const anyNames: NameRules = { portable: false, foldsCase: false, utf8: false };

/** Linux's limit, in bytes; no file system in use has a shorter one for names of this kind. */
const longestName = 255;

/** Source: Microsoft, "Naming Files, Paths, and Namespaces". */
const reserved = /[\p{Cc}<>:"\\|?*]|[ .]$/u;
const devices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

export function isHeld(name: BytePath, rules: NameRules): boolean {
  const text = decoded(name);
  if (rules.utf8 && text === undefined) return false;
  return !rules.portable || text === undefined || !(reserved.test(text) || devices.test(text));
}

/** Two names with the same key are one to the place. */
export function collisionKey(name: BytePath, { foldsCase }: NameRules): string {
  return foldsCase ? (decoded(name) ?? name).normalize("NFC").toLowerCase() : name;
}

/** A name that every place holds, and that no other name is written as: it bears a sum of the one it stands for, before the suffix. */
export function standIn(name: BytePath): BytePath {
  const text = decoded(name) ?? name.replace(/[^\x20-\x7e]/g, "_");
  const plain = text.replace(/[\p{Cc}<>:"\\|?*]/gu, "_").replace(/[ .]+$/, "_");
  const dot = plain.lastIndexOf(".");
  const [stem, suffix] = dot > 0 && plain.length - dot <= 12 ? [plain.slice(0, dot), plain.slice(dot)] : [plain, ""];
  const sum = createHash("sha256").update(bytesOf(name)).digest("hex").slice(0, 8);
  const tail = `~${sum}${suffix}`;
  return bytePath(`${cutTo(stem, longestName - Buffer.byteLength(tail))}${tail}`);
}

/** No more than so many bytes, and no half of a character. */
function cutTo(text: string, maxBytes: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > maxBytes) cut = [...cut].slice(0, -1).join("");
  return cut;
}

function decoded(name: BytePath): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(name));
  } catch {
    return undefined;
  }
}
