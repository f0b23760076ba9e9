/** Entries that Obhut itself makes, or takes from outside of the data directory. */
import type { BytePath } from "../base/byte-path.ts";
import type { SecretFile } from "../openwebui/keys.ts";
import type { EntryMeta, SourceEntry } from "../repository/source-entry.ts";
import { madeMeta } from "./entry-meta.ts";
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
import type { DeploymentFile } from "./named-files.ts";

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

export function* deploymentEntries(files: readonly DeploymentFile[], nowMs: number): Generator<SourceEntry> {
  if (files.length === 0) return;
  yield made(snapshotDeployment, nowMs);
  for (const { name, meta, bytes } of files) {
    yield { path: deploymentPath(name), meta, content: { kind: "bytes", bytes }, changes: "whole", pinned: true };
  }
}
