/** One capture on its way into plain copies, and beside them into the engine. */

import { mkdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "../base/finding-codes.ts";
import type { Capture } from "../capture/capture-options.ts";
import type { Manifest } from "../capture/manifest.ts";
import { Scratch } from "../host/scratch.ts";
import { Stager } from "../plain/staging/stager.ts";
import type { CopyResult } from "../plain/write/copy-channel.ts";
import { PlainRun } from "../plain/write/plain-run.ts";
import type { SourceEntry } from "../repository/source-entry.ts";
import { type CopyWriterContext, copyWriters } from "./copy-writers.ts";
import type { FailedOpening } from "./open-all.ts";
import type { OpenedCopy } from "./open-copies.ts";
import { scratchParent } from "./scratch-folder.ts";

export interface StoreCopiesOptions extends Omit<CopyWriterContext, "scratch"> {
  readonly opened: readonly OpenedCopy[];
  readonly capture: Capture;
  readonly onFinding: (found: Finding) => void;
  readonly onFile: (entry: SourceEntry) => void;
  readonly signal: AbortSignal;
}

export interface StoredCopies<Stored> {
  readonly manifest: Manifest;
  readonly copies: readonly CopyResult[];
  /** Those that could not be begun. */
  readonly failed: readonly FailedOpening[];
  /** What `store` gave, or failed with. */
  readonly stored: PromiseSettledResult<Stored>;
}

/**
 * `store`: hands the entries to the engine; undefined where there are no repositories. Its failure is no failure of the copies, nor theirs one of
 * it. Rejects with what the capture failed of, with the signal's reason, and where scratch cannot be had; then nothing looks whole.
 */
export async function storeCopies<Stored>(
  options: StoreCopiesOptions,
  store: ((entries: AsyncIterable<SourceEntry>) => Promise<Stored>) | undefined,
): Promise<StoredCopies<Stored | undefined>> {
  const { opened, capture, parts, signal } = options;
  const parent = scratchParent(parts.env, options.options.dataDirectory);
  await using scratch = await Scratch.open({ parent, clock: parts.clock });
  const { writers, failed } = await copyWriters(opened, { ...options, scratch: scratch.folder });
  const stager = new Stager({ ...(await stagingIn(scratch)), signal });
  const run = new PlainRun({ ...options, writers, stager, hasEngine: store !== undefined });
  const entries = run.entries(capture.entries);
  try {
    const storing = Promise.allSettled([store?.(entries)]);
    const copying = run.captured().then(async () => {
      const manifest = await capture.manifest;
      return { manifest, copies: await run.finish(manifest) };
    });
    copying.catch(() => undefined);
    const [stored] = await storing;
    const copied = await copying;
    return { ...copied, failed, stored };
  } catch (error) {
    await run.abandon();
    throw error;
  }
}

async function stagingIn(scratch: Scratch) {
  const folder = join(scratch.folder, "staged");
  await mkdir(folder, { mode: 0o700 });
  const { bavail, bsize } = await statfs(folder);
  return { folder, freeBytes: bavail * bsize, require: (bytes: number) => scratch.require(bytes) };
}
