/** What a prune is asked to do. */
import { parseSize } from "../../base/parse-size.ts";

/** How many bytes nobody refers to may stay in packs that are partly used. */
export type MaxUnused =
  | { readonly kind: "unlimited" }
  /** Of what is stored afterwards: 0 up to, not including, 100. */
  | { readonly kind: "percent"; readonly percent: number }
  | { readonly kind: "bytes"; readonly bytes: number };

export interface PruneOptions {
  readonly maxUnused: MaxUnused;
  /** Packs are written anew up to this many bytes in all; undefined: without a limit. */
  readonly maxRepackBytes?: number | undefined;
  /** Packs of data are left as they are while anything in them is used; only those with trees are written anew. */
  readonly repackCacheableOnly: boolean;
  /** Merges all packs below four fifths of the usual size, not only where there are ten that are far smaller than the others. */
  readonly repackSmall: boolean;
  /**
   * How long packs that are not needed any more stay, ms. 0: they are removed at once. `auto`: as 0, but where rustic wrote, which takes
   * no locks, as long as rustic keeps them; packs in no index always stay that long, for somebody may be about to list them.
   */
  readonly keepDeleteMs: number | "auto";
}

/** restic's own. */
export const defaultPruneOptions: PruneOptions = {
  maxUnused: { kind: "percent", percent: 5 },
  repackCacheableOnly: false,
  repackSmall: false,
  keepDeleteMs: "auto",
};

/** `unlimited`, a percentage below 100 such as `5%`, or a size such as `500M`; undefined where it is none of them. */
export function parseMaxUnused(text: string): MaxUnused | undefined {
  if (text === "unlimited") return { kind: "unlimited" };
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (share !== null) {
    const percent = Number(share[1]);
    return percent < 100 ? { kind: "percent", percent } : undefined;
  }
  const bytes = parseSize(text);
  return bytes === undefined ? undefined : { kind: "bytes", bytes };
}

/** Bytes that may stay unused beside `usedBytes`. */
export function unusedLimit(maxUnused: MaxUnused, usedBytes: number): number {
  switch (maxUnused.kind) {
    case "unlimited":
      return Number.POSITIVE_INFINITY;
    case "percent":
      return Math.floor((maxUnused.percent / (100 - maxUnused.percent)) * usedBytes);
    case "bytes":
      return maxUnused.bytes;
  }
}
