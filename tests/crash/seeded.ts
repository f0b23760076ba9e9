/** Random numbers and bytes that a printed seed gives again. */

export interface Seeded {
  /** At least 0, below 1. */
  fraction(): number;
  /** A whole number at least 0, below `below`. */
  below(below: number): number;
  /** Bytes that no compressor makes smaller. */
  bytes(length: number): Buffer;
}

/** xorshift128 (Marsaglia 2003), started from splitmix-like steps of the seed. */
export function seeded(seed: number): Seeded {
  const start = (i: number): number => (Math.imul(seed + i * 0x9e3779b9, 0x85ebca6b) ^ (0x6d2b79f5 + i)) >>> 0;
  let [a, b, c, d] = [start(0), start(1), start(2), start(3)];
  // Four variables and not an array: tests fill files of many megabytes with it.
  const next = (): number => {
    let t = d ^ (d << 11);
    t ^= t >>> 8;
    t ^= a ^ (a >>> 19);
    d = c;
    c = b;
    b = a;
    a = t >>> 0;
    return a;
  };
  for (let i = 0; i < 16; i++) next();
  const fraction = (): number => next() / 2 ** 32;
  return {
    fraction,
    below: (below) => Math.floor(fraction() * below),
    bytes: (length) => {
      const words = new Uint32Array(Math.ceil(length / 4));
      for (let i = 0; i < words.length; i++) words[i] = next();
      return Buffer.from(words.buffer, 0, length);
    },
  };
}

/** The seed of this run: OBHUT_SEED, or a new one. Print it. */
export function chosenSeed(): number {
  const given = process.env["OBHUT_SEED"];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
