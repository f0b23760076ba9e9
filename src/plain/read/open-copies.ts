/** The copies of a place as whoever asks for one knows them: like snapshots, with ids, times and instances. */
import { snapshotRoot } from "../../capture/layout.ts";
import type { SnapshotLabel } from "../../repository/snapshots.ts";
import type { CopyKind } from "../copy/copy-names.ts";
import { requirePlace } from "../copy/place-marker.ts";
import type { PlainPlace } from "../place/place.ts";
import { type FoundCopy, findCopies } from "./find-copies.ts";

export interface LabelledCopy extends SnapshotLabel {
  readonly copy: FoundCopy;
}

/** The oldest first, by their numbers. COPY_PLACE_MISSING, COPY_PLACE_OTHER. */
export async function labelledCopies(place: PlainPlace, kind: CopyKind, signal: AbortSignal): Promise<LabelledCopy[]> {
  await requirePlace(place, kind, signal);
  const { copies } = await findCopies(place, kind, signal);
  return copies.map((copy) => {
    const { id, time, instance: hostname, tags, program: programVersion } = copy.record;
    return { id, time, hostname, tags, programVersion, paths: [snapshotRoot], copy };
  });
}

/** What people call it: the folder, or a mirror's id. */
export function copyName({ folder, record }: FoundCopy): string {
  return folder === "" ? record.id.slice(0, 8) : folder;
}
