/** Entries that Obhut itself makes, or takes from outside of the data directory. */
import { type BytePath, bytePath, displayPath } from "../base/byte-path.ts";
import { reasonOf } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import type { SecretFile } from "../openwebui/keys.ts";
import type { EntryMeta, SourceEntry } from "../repository/source-entry.ts";
import type { CaptureContext } from "./capture-context.ts";
import { madeMeta, readEntryMeta } from "./entry-meta.ts";
import {
  deploymentPath,
  secretPath,
  snapshotData,
  snapshotDeployment,
  snapshotManifest,
  snapshotRoot,
  snapshotSecrets,
} from "./layout.ts";
import { type Manifest, manifestBytes } from "./manifest.ts";

function made(path: BytePath, nowMs: number, bytes?: Uint8Array): SourceEntry {
  if (bytes === undefined) return { path, meta: madeMeta("dir", nowMs, 0), changes: "whole", pinned: true };
  const meta = madeMeta("file", nowMs, bytes.length);
  return { path, meta, content: { kind: "bytes", bytes }, changes: "whole", pinned: true };
}

/** The snapshot's own root, and the data directory with its real owner and mode. */
export function* rootEntries(data: EntryMeta, nowMs: number): Generator<SourceEntry> {
  yield made(snapshotRoot, nowMs);
  yield { path: snapshotData, meta: data, changes: "whole", pinned: false };
}

export function* secretEntries(secrets: readonly SecretFile[], nowMs: number): Generator<SourceEntry> {
  if (secrets.length === 0) return;
  yield made(snapshotSecrets, nowMs);
  for (const { name, bytes } of secrets) yield made(secretPath(name), nowMs, bytes);
}

export function manifestEntry(manifest: Manifest, nowMs: number): SourceEntry {
  return made(snapshotManifest, nowMs, manifestBytes(manifest));
}

/** By their names; a second file of the same name gets a number. One that can't be looked at is a finding. */
export async function* deploymentEntries(
  paths: readonly string[],
  context: CaptureContext,
): AsyncGenerator<SourceEntry> {
  const used = new Set<string>();
  if (paths.length > 0) yield made(snapshotDeployment, context.clock.nowMs());
  for (const path of paths) {
    const absolute = bytePath(path);
    try {
      const meta = await readEntryMeta(absolute, context.meta, "follow");
      const plain = path.slice(path.lastIndexOf("/") + 1);
      let name = plain;
      for (let number = 2; used.has(name); number++) name = `${plain}.${number}`;
      used.add(name);
      yield {
        path: deploymentPath(name),
        meta,
        content: { kind: "file", path: absolute },
        changes: "whole",
        pinned: false,
      };
    } catch (error) {
      context.findings.add(finding("FILE_UNREADABLE", { path: displayPath(absolute), reason: reasonOf(error) }));
    }
  }
}
