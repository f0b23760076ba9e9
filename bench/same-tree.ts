/** Whether two folders hold the same names and bytes. */
import { closeSync, lstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";

const blockBytes = 1 << 20;

/** The first difference in words, or undefined where there is none. Owners, modes and times are not looked at. */
export function difference(wanted: string, got: string): string | undefined {
  const names = readdirSync(wanted).sort();
  const there = readdirSync(got).sort();
  if (names.join("\0") !== there.join("\0")) return `${got} holds ${there.join(", ")}; wanted ${names.join(", ")}`;
  for (const name of names) {
    const one = join(wanted, name);
    const other = join(got, name);
    const found = lstatSync(one).isDirectory() ? difference(one, other) : differentFile(one, other);
    if (found !== undefined) return found;
  }
  return undefined;
}

function differentFile(wanted: string, got: string): string | undefined {
  const size = lstatSync(wanted).size;
  if (lstatSync(got).size !== size) return `${got} has ${lstatSync(got).size} bytes; wanted ${size}`;
  const one = openSync(wanted, "r");
  const other = openSync(got, "r");
  const [a, b] = [Buffer.alloc(blockBytes), Buffer.alloc(blockBytes)];
  try {
    for (let at = 0; at < size; at += blockBytes) {
      const length = readSync(one, a, 0, blockBytes, at);
      if (readSync(other, b, 0, blockBytes, at) !== length || a.compare(b, 0, length, 0, length) !== 0)
        return `${got} differs within the ${blockBytes} bytes from ${at}`;
    }
    return undefined;
  } finally {
    closeSync(one);
    closeSync(other);
  }
}
