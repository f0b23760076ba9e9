/** Which packs a person means. Pure. */
import { ObhutError } from "../../base/errors.ts";
import type { PackId } from "../../base/ids.ts";

/** Fewer digits fit many packs by chance. */
const leastDigits = 8;

/** Each once. PACK_NOT_FOUND where `text` names none, PACK_AMBIGUOUS where it names several. */
export function findPacks(texts: readonly string[], known: ReadonlySet<PackId>): PackId[] {
  return [...new Set(texts.map((text) => findPack(text, known)))];
}

function findPack(text: string, known: ReadonlySet<PackId>): PackId {
  const digits = text.toLowerCase();
  const usable = /^[0-9a-f]+$/.test(digits) && digits.length >= leastDigits;
  const [first, second] = usable ? [...known].filter((id) => id.startsWith(digits)) : [];
  if (first === undefined) throw new ObhutError("PACK_NOT_FOUND", { pack: text });
  if (second !== undefined) throw new ObhutError("PACK_AMBIGUOUS", { pack: text });
  return first;
}
