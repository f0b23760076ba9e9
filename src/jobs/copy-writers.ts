/** Who makes each plain copy of one capture. */
import { bytePath } from "../base/byte-path.ts";
import { isObhutError, ObhutError } from "../base/errors.ts";
import type { SnapshotId } from "../base/ids.ts";
import { reason } from "../base/reason-codes.ts";
import { localZone } from "../base/time-zone.ts";
import { vectorFolder } from "../openwebui/parts.ts";
import type { CopyFacts } from "../plain/write/copy-draft.ts";
import type { CopyWriter } from "../plain/write/copy-writer.ts";
import { countWriter } from "../plain/write/count-writer.ts";
import { datedWriter } from "../plain/write/dated-writer.ts";
import { linkedWriter } from "../plain/write/linked-writer.ts";
import { mirrorWriter } from "../plain/write/mirror-writer.ts";
import { defaultLayout, parseLayout } from "../plans/copy-layout.ts";
import { timeTextIn } from "../repository/format/time-text.ts";
import { defaultCopyChoices } from "./copy-choices.ts";
import type { FailedOpening } from "./open-all.ts";
import { layoutNameOf, type OpenedCopy } from "./open-copies.ts";
import type { Parts } from "./parts.ts";
import { programVersion } from "./program-version.ts";
import type { RunBackupOptions } from "./run-backup-options.ts";

export interface CopyWriters {
  readonly writers: readonly CopyWriter[];
  readonly failed: readonly FailedOpening[];
}

export interface CopyWriterContext {
  readonly options: RunBackupOptions;
  readonly parts: Parts;
  readonly timeMs: number;
  /** A folder of ours. */
  readonly scratch: string;
}

/** A copy that cannot be begun keeps none of the others from it. */
export async function copyWriters(opened: readonly OpenedCopy[], context: CopyWriterContext): Promise<CopyWriters> {
  const writers: CopyWriter[] = [];
  const failed: FailedOpening[] = [];
  for (const copy of opened) {
    try {
      writers.push(await copyWriter(copy, context));
    } catch (error) {
      if (!isObhutError(error)) throw error;
      failed.push({ location: copy.destination.written, error });
    }
  }
  return { writers, failed };
}

async function copyWriter({ target }: OpenedCopy, context: CopyWriterContext): Promise<CopyWriter> {
  const { options, scratch } = context;
  const { copies: choices = defaultCopyChoices, dryRun } = options;
  const { marker } = target;
  // What is packed is found where the app has it.
  const layoutName = target.kind === "dated" ? defaultLayout : layoutNameOf(choices.layout, marker.layout);
  const facts = copyFacts(layoutName, context);
  if (dryRun) return countWriter(target, facts);
  switch (target.kind) {
    case "linked":
      return await linkedWriter(target, facts, choices.linkMode);
    case "dated": {
      const packed = bytePath(vectorFolder);
      return await datedWriter(target, facts, { packed, format: choices.archive, keep: choices.keep, scratch });
    }
    case "mirror":
      return mirrorWriter(target, facts, choices);
  }
}

function copyFacts(layoutName: string, { options, parts, timeMs }: CopyWriterContext): CopyFacts {
  const { instance, tags, copies: choices = defaultCopyChoices } = options;
  const layout = parseLayout({ text: layoutName, secrets: choices.includeSecrets });
  if (layout === undefined) throw new ObhutError("USAGE", { reason: reason("layoutInvalid", { value: layoutName }) });
  const { random } = parts.actor;
  return {
    instance,
    tags,
    program: `obhut ${programVersion()}`,
    time: timeTextIn(localZone, timeMs),
    timeMs,
    id: Buffer.from(random(32)).toString("hex") as SnapshotId,
    layout,
    layoutName,
    excludes: choices.excludes,
    random,
  };
}
