/**
 * The folder of a dated or linked copy that is being made: nobody takes it for a whole one until it is. Where folders can be renamed it bears
 * the name of what is incomplete until then. A store of objects would copy every byte for that: there it has its name at once, a file in it
 * says that it is unfinished, and its record makes it whole.
 */
import { type BytePath, baseName, bytePath } from "../../base/byte-path.ts";
import {
  type CopyKind,
  freeName,
  incompleteName,
  isCopyName,
  isIncompleteName,
  recordName,
  unfinishedName,
} from "../copy/copy-names.ts";
import { type CopyRecord, inFolder, writeRecord } from "../copy/copy-record.ts";
import { bytesContent, type PlainPlace } from "../place/place.ts";
import type { FoundCopies, FoundCopy } from "../read/find-copies.ts";
import type { CopyFacts } from "./copy-draft.ts";
import type { CopyTarget } from "./copy-target.ts";

export class CopyFolder {
  /** What it is called once it is whole. */
  readonly name: BytePath;
  /** What it is called until then. */
  readonly path: BytePath;
  readonly #place: PlainPlace;

  private constructor(place: PlainPlace, name: BytePath, path: BytePath) {
    this.#place = place;
    this.name = name;
    this.path = path;
  }

  static async begin(
    { place, taken }: CopyTarget,
    kind: "dated" | "linked",
    { timeMs, random }: CopyFacts,
  ): Promise<CopyFolder> {
    const name = freeName(kind, timeMs, taken);
    const path = place.renameFolder === undefined ? name : incompleteName(name, random);
    await place.makeFolder(path);
    if (path === name) await markUnfinished(place, name);
    return new CopyFolder(place, name, path);
  }

  /** After everything else was written: durable, then whole in one step. */
  async finish(record: CopyRecord): Promise<void> {
    const place = this.#place;
    await place.settle();
    await writeRecord(place, this.path, record);
    if (place.renameFolder === undefined) await place.remove(inFolder(this.path, unfinishedName));
    else await place.renameFolder(this.path, this.name);
    await place.settle();
  }

  async abandon(): Promise<void> {
    if (this.path === this.name) await removeUnfinished(this.#place, this.path);
    else await this.#place.removeFolder(this.path);
  }
}

/** What a crash leaves bears the name of what is incomplete, or has no record; the next run removes it. */
export async function removeCopy(
  place: PlainPlace,
  { folder }: FoundCopy,
  random: (bytes: number) => Uint8Array,
): Promise<void> {
  if (place.renameFolder === undefined) {
    await markUnfinished(place, folder);
    await place.remove(inFolder(folder, recordName));
    await removeUnfinished(place, folder);
  } else {
    const doomed = incompleteName(folder, random);
    await place.remove(inFolder(folder, recordName));
    await place.renameFolder(folder, doomed);
    await place.removeFolder(doomed);
  }
}

/** Takes away what runs that died were writing or removing. Nobody else writes there. */
export async function removeLeftovers(
  place: PlainPlace,
  found: FoundCopies,
  { kind, afterDeath }: { readonly kind: CopyKind; readonly afterDeath: boolean },
): Promise<void> {
  for (const name of found.names.filter(isIncompleteName)) await place.removeFolder(bytePath(name));
  if (place.renameFolder !== undefined || kind === "mirror") return;
  const whole = new Set<string>(found.copies.map(({ folder }) => folder));
  // The mark of a copy that has its record is late, or early.
  if (afterDeath) for (const { folder } of found.copies) await place.remove(inFolder(folder, unfinishedName));
  for (const name of found.names.filter((one) => isCopyName(kind, one) && !whole.has(one))) {
    // What bears no mark of ours is somebody else's.
    const folder = bytePath(name);
    if ((await place.look(inFolder(folder, unfinishedName))) !== undefined) await removeUnfinished(place, folder);
  }
}

async function markUnfinished(place: PlainPlace, folder: BytePath): Promise<void> {
  await place.write(inFolder(folder, unfinishedName), bytesContent(Buffer.from("{}\n")), { durable: "now" });
}

/** The mark goes last: without it nobody would know whose the rest is. */
async function removeUnfinished(place: PlainPlace, folder: BytePath): Promise<void> {
  for await (const { path, kind } of place.list(folder)) {
    if (kind === "folder") await place.removeFolder(path);
    else if (baseName(path) !== unfinishedName) await place.remove(path);
  }
  await place.removeFolder(folder);
}
