/** Sizes as people type them. */

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes of `500M` or `2g` (k, m, g, t: binary, as restic's); undefined where it is no such size. */
export function parseSize(text: string): number | undefined {
  const size = /^(\d+)([kmgt]?)$/i.exec(text);
  if (size === null) return undefined;
  return Number(size[1]) * (units[(size[2] ?? "").toLowerCase()] ?? 0);
}
