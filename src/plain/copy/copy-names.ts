/** What the files and folders of plain copies are called. */
import { type BytePath, bytePath } from "../../base/byte-path.ts";

export const copyKinds = ["mirror", "dated", "linked"] as const;
export type CopyKind = (typeof copyKinds)[number];

/** Says that a place is one for plain copies; made when the place is. */
export const markerName = "obhut-place.json" as BytePath;
/** Says that somebody is writing there. */
export const runName = "obhut-run.json" as BytePath;
/** What a copy is; written last: a copy without it is not whole. */
export const recordName = "obhut-copy.json" as BytePath;
/** Every file of the copy, one in each line. */
export const fileListName = "obhut-files.jsonl" as BytePath;
/** For `sha256sum -c`, without Obhut. */
export const sumsName = "SHA256SUMS" as BytePath;
/** What the capture says of itself: the manifest of docs/manifest.md. */
export const captureName = "obhut-capture.json" as BytePath;
/** In a folder that is being written, or removed, under its final name: where folders cannot be renamed. */
export const unfinishedName = "obhut-unfinished.json" as BytePath;
/** Of a mirror: what is about to take the place of older files; what took theirs. */
export const nextFolder = "obhut-next" as BytePath;
export const trashFolder = "obhut-trash" as BytePath;

const patterns: Readonly<Record<Exclude<CopyKind, "mirror">, RegExp>> = {
  linked: /^snapshot_\d{14}$/,
  dated: /^open-webui-backup-\d{4}-\d\d-\d\d(-\d{6})?$/,
};
const incompletePattern = /^incomplete_(snapshot_|open-webui-backup-)[\d-]+_[0-9a-f]{8}$/;

export function isCopyName(kind: CopyKind, name: string): boolean {
  return kind !== "mirror" && patterns[kind].test(name);
}

/** A copy that is being written, or whose run died. */
export function isIncompleteName(name: string): boolean {
  return incompletePattern.test(name);
}

export function incompleteName(name: BytePath, random: (bytes: number) => Uint8Array): BytePath {
  return `incomplete_${name}_${Buffer.from(random(4)).toString("hex")}` as BytePath;
}

/**
 * A name that is free, for a copy of this moment, in UTC: no zone and no summer time makes two moments look the same. Which copy is the newest
 * its record says, not its name.
 */
export function freeName(kind: "dated" | "linked", timeMs: number, taken: ReadonlySet<string>): BytePath {
  for (let ms = timeMs; ; ms += 1000) {
    const [day = "", time = ""] = new Date(ms).toISOString().slice(0, 19).split("T");
    const digits = time.replaceAll(":", "");
    const dated = `open-webui-backup-${day}`;
    const names = kind === "linked" ? [`snapshot_${day.replaceAll("-", "")}${digits}`] : [dated, `${dated}-${digits}`];
    const free = names.find((name) => !taken.has(name));
    if (free !== undefined) return bytePath(free);
  }
}
