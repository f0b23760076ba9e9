/** The places for plain copies of one backup: found, held, with the copy that the next one builds on. */
import { ObhutError } from "../base/errors.ts";
import type { Manifest } from "../capture/manifest.ts";
import type { PlainPlace } from "../plain/place/place.ts";
import { type CopyTarget, isThere, openCopyTarget } from "../plain/write/copy-target.ts";
import { defaultLayout } from "../plans/copy-layout.ts";
import type { PlainDestination } from "../plans/destination.ts";
import type { CopyChoices } from "./copy-choices.ts";
import type { JobWatch } from "./job-event.ts";
import { type OpenedAll, openAll } from "./open-all.ts";
import type { Parts } from "./parts.ts";

export interface OpenedCopy {
  readonly destination: PlainDestination;
  readonly target: CopyTarget;
}

export type OpenedCopies = OpenedAll<OpenedCopy>;

export interface OpenCopiesOptions {
  readonly destinations: readonly PlainDestination[];
  readonly dryRun: boolean;
  readonly timeMs: number;
}

export async function openCopies(
  { destinations, dryRun, timeMs }: OpenCopiesOptions,
  parts: Parts,
  { signal }: JobWatch,
): Promise<OpenedCopies> {
  return await openAll(destinations, signal, async (destination, own) => {
    const place = await openPlace(destination, parts);
    own.defer(() => place.close());
    const { kind } = destination;
    const { hostname } = parts.actor;
    const target = own.use(await openCopyTarget(place, { kind, dryRun, hostname, nowMs: timeMs, signal }));
    return { destination, target };
  });
}

/** Errors: those of the place's kind. */
export async function openPlace(destination: PlainDestination, { openPlace: open }: Parts): Promise<PlainPlace> {
  if (open === undefined) throw new ObhutError("INTERNAL", { reason: "no places for plain copies" });
  return await open(destination);
}

/**
 * What a capture may take as unchanged because this copy has it; undefined where it has not all of it, or shares nothing with copies before. A
 * capture puts nothing aside that is unchanged, so every file must be there.
 */
export function manifestOf(
  { target }: OpenedCopy,
  { layout, excludes }: Pick<CopyChoices, "layout" | "excludes">,
): Manifest | undefined {
  const { previous, place, afterDeath, marker } = target;
  if (previous === undefined || afterDeath) return undefined;
  const wanted = layoutNameOf(layout, marker.layout);
  const files = previous.list.entries.filter(({ kind }) => kind === "file");
  const leftOut = previous.record.excludes ?? [];
  const isSame = previous.record.layout === wanted && leftOut.join("\0") === excludes.join("\0");
  const isWhole = isSame && files.every((entry) => isThere(previous, place, entry));
  return isWhole ? previous.manifest : undefined;
}

export function layoutNameOf(asked: string | undefined, ofPlace: string | undefined): string {
  return asked ?? ofPlace ?? defaultLayout;
}
