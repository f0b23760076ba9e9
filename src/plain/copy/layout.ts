/** Where what is captured lies in a copy: the snapshot's virtual paths, folder for folder. Pure. */
import { type BytePath, joinPath } from "../../base/byte-path.ts";

export interface LayoutRule {
  /** A path of the snapshot; what lies below goes with it. */
  readonly from: BytePath;
  /** Below the copy's root; "" for the root itself. */
  readonly to: BytePath;
}

/** The rule with the longest `from` that fits counts. */
export type CopyLayout = readonly LayoutRule[];

/** Undefined for what the copy does not get. */
export function placeIn(layout: CopyLayout, path: BytePath): BytePath | undefined {
  let best: LayoutRule | undefined;
  for (const rule of layout) {
    const fits = path === rule.from || path.startsWith(`${rule.from}/`);
    if (fits && rule.from.length > (best?.from.length ?? -1)) best = rule;
  }
  if (best === undefined) return undefined;
  const rest = path.slice(best.from.length + 1) as BytePath;
  if (rest === "") return best.to;
  return best.to === "" ? rest : joinPath(best.to, rest);
}
