/** Hex of many ids at once, straight between byte arrays: a big file's list of pieces is megabytes of it. */

const digits = Buffer.from("0123456789abcdef");
const digitValue = new Uint8Array(256).fill(0xff);
for (let value = 0; value < 16; value++) {
  digitValue["0123456789abcdef".charCodeAt(value)] = value;
  digitValue["0123456789ABCDEF".charCodeAt(value)] = value;
}

export const idBytes = 32;
export const idDigits = 64;

/** Writes the 64 digits of the id at `from` of `ids` to `to` of `out`. */
export function writeHexId(out: Uint8Array, to: number, ids: Uint8Array, from: number): void {
  for (let i = 0; i < idBytes; i++) {
    const byte = ids[from + i] ?? 0;
    out[to + 2 * i] = digits[byte >> 4] ?? 0;
    out[to + 2 * i + 1] = digits[byte & 15] ?? 0;
  }
}

/** Reads 64 digits at `from` of `text` into `to` of `ids`; false where one of them is no hex digit. */
export function readHexId(ids: Uint8Array, to: number, text: Uint8Array, from: number): boolean {
  let bad = 0;
  for (let i = 0; i < idBytes; i++) {
    const high = digitValue[text[from + 2 * i] ?? 0] ?? 0xff;
    const low = digitValue[text[from + 2 * i + 1] ?? 0] ?? 0xff;
    bad |= high | low;
    ids[to + i] = (high << 4) | low;
  }
  return bad < 16;
}

/** One id of a packed list, as text. */
export function hexIdAt(ids: Uint8Array, index: number): string {
  return Buffer.from(ids.buffer, ids.byteOffset + index * idBytes, idBytes).toString("hex");
}
