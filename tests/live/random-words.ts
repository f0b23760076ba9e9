/** Numbers and texts that a seed repeats. */

/** From 0 inclusive to 1 exclusive. */
export type Random = () => number;

/** mulberry32: a well-known generator of 32 bits of state, good enough to choose with. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const syllables = ["ka", "lo", "mi", "ren", "su", "ta", "vel", "or", "ny", "dra", "pé", "gü", "sta", "in", "he", "wo"];

/** A text of `count` words, with a line break now and then. */
export function words(random: Random, count: number): string {
  let text = "";
  for (let at = 0; at < count; at += 1) {
    for (let more = 0; more <= random() * 3; more += 1) text += syllables[Math.floor(random() * syllables.length)];
    text += at % 15 === 14 ? ".\n" : " ";
  }
  return text.trim();
}
