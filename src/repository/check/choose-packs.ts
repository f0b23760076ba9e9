/** Which packs a check reads. Pure but for the randomness it is given. */
import type { PackId } from "../../base/ids.ts";
import type { Random } from "../format/crypto.ts";
import type { ReadData } from "./check-options.ts";

export interface SizedPack {
  readonly id: PackId;
  readonly sizeBytes: number;
}

export function choosePacks<Pack extends SizedPack>(
  packs: readonly Pack[],
  readData: ReadData,
  random: Random,
): Pack[] {
  switch (readData.kind) {
    case "none":
      return [];
    case "all":
      return [...packs];
    case "part":
      // restic: the id's first byte modulo t (cmd/restic/cmd_check.go, selectPacksByBucket)
      return packs.filter(({ id }) => Number.parseInt(id.slice(0, 2), 16) % readData.of === readData.part - 1);
    case "share": {
      const count = Math.max(1, Math.round(packs.length * readData.share));
      return shuffled(packs, random).slice(0, count);
    }
    case "bytes":
      return upToBytes(shuffled(packs, random), readData.bytes);
  }
}

/** At least one: a check that was asked to read reads. */
function upToBytes<Pack extends SizedPack>(packs: readonly Pack[], bytes: number): Pack[] {
  let left = bytes;
  const chosen: Pack[] = [];
  for (const pack of packs) {
    if (pack.sizeBytes > left && chosen.length > 0) continue;
    chosen.push(pack);
    left -= pack.sizeBytes;
    if (left <= 0) break;
  }
  return chosen;
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let last = out.length - 1; last > 0; last--) {
    const at = Buffer.from(random(6)).readUIntBE(0, 6) % (last + 1);
    const [a, b] = [out[last], out[at]];
    if (a !== undefined && b !== undefined) [out[last], out[at]] = [b, a];
  }
  return out;
}
