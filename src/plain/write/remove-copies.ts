/** Takes copies away so that none is ever half there and called whole. */
import { incompleteName, recordName } from "../copy/copy-names.ts";
import { inFolder } from "../copy/copy-record.ts";
import type { PlainPlace } from "../place/place.ts";
import type { FoundCopy } from "../read/find-copies.ts";

/** What a crash leaves bears the name of what is incomplete, or has no record; the next run removes it. */
export async function removeCopy(
  place: PlainPlace,
  { folder }: FoundCopy,
  random: (bytes: number) => Uint8Array,
): Promise<void> {
  const doomed = incompleteName(folder, random);
  await place.remove(inFolder(folder, recordName));
  await place.renameFolder(folder, doomed);
  await place.removeFolder(doomed);
}
