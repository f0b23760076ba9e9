/** Removes locks that programs left behind. */

import type { Destination } from "../plans/destination.ts";
import { unlockRepository } from "../repository/locks.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface UnlockSummary {
  readonly removed: number;
}

export async function runUnlock(
  options: { readonly repository: Destination; readonly all: boolean },
  parts: Parts,
): Promise<UnlockSummary> {
  await using opened = await openDestination(options.repository, parts, { cache: false });
  const removed = await unlockRepository(opened.repository, { all: options.all });
  return { removed: removed.length };
}
