/** Names the state of one segment's files, so that one that is as the parent has it is neither copied nor checked again. */
import { createHash } from "node:crypto";
import type { Walked } from "./walk.ts";

/** Equal tokens mean equal files of an equal kind, provided that they had been left alone for a while. */
export function segmentToken(kind: "whole" | "unwritten", files: readonly Walked[]): string {
  const hash = createHash("sha256");
  for (const { path, meta } of files) {
    hash.update(`${path}\n${meta.inode} ${meta.sizeBytes} ${meta.mtimeNs} ${meta.ctimeNs}\n`);
  }
  return `${kind}:${hash.digest("hex").slice(0, 32)}`;
}

/**
 * Times closer to a capture than this do not prove that nothing was written during it. More than the engine's own guard (2 s,
 * counted from when the backup began), so that the engine need not read what was not copied for it.
 */
const guardMs = 15_000;

/** Whether no file was touched shortly before `timeMs` or since. */
export function untouchedBefore(timeMs: number, files: readonly Walked[]): boolean {
  const limitNs = BigInt(Math.trunc(timeMs - guardMs)) * 1_000_000n;
  return files.every(({ meta }) => meta.mtimeNs < limitNs && meta.ctimeNs < limitNs);
}
