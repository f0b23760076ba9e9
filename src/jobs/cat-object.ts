/** An object of a repository as it is, for whoever wants to see what lies in there. Source: restic's cmd/restic/cmd_cat.go. */

import { ObhutError } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import type { BlobId } from "../base/ids.ts";
import { type IndexId, type KeyId, type LockId, type PackId, parseId, shortId } from "../base/ids.ts";
import { reason } from "../base/reason-codes.ts";
import type { Destination } from "../plans/destination.ts";
import { findObject } from "../repository/find-object.ts";
import { parseSnapshotQuery } from "../repository/find-snapshot.ts";
import { idOfBytes } from "../repository/format/id-of-bytes.ts";
import { loadBlob, loadObject, type ObjectQuery } from "../repository/load-blob.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { Repository } from "../repository/repository.ts";
import { requireTreeAt, virtualPath } from "../repository/walk-tree.ts";
import { findStoredSnapshot } from "./find-stored-snapshot.ts";
import type { JobWatch } from "./job-event.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

/** There is no master key among them: docs/decisions/0701-cat-shows-no-master-key.md. */
export type CatKind = ObjectQuery["kind"] | "blob" | "tree";

export interface CatObjectOptions {
  readonly repository: Destination;
  readonly kind: CatKind;
  /** Which one: an id, a snapshot, or a snapshot and a path; empty for the config. */
  readonly query: string;
  /** Whose `latest` is meant. */
  readonly instance: string | undefined;
}

export interface CatObject {
  readonly bytes: Uint8Array;
  /** It is not what its name says; a finding says so too. Only a pack is given nevertheless: something may be saved from it. */
  readonly damaged: boolean;
}

/**
 * JSON with line breaks for people where restic writes it so; packs, blobs and trees byte for byte. Takes no lock. Errors: OBJECT_NOT_FOUND,
 * OBJECT_AMBIGUOUS, OBJECT_DAMAGED, and those of `openDestination` and `findStoredSnapshot`.
 */
export async function catObject(options: CatObjectOptions, parts: Parts, watch: JobWatch): Promise<CatObject> {
  await using opened = await openDestination(options.repository, parts, { cache: false });
  if (options.kind === "pack") return await catPack(opened.repository, options.query, watch);
  return { bytes: await catWhole(opened.repository, { ...options, kind: options.kind }, watch), damaged: false };
}

async function catWhole(
  repo: Repository,
  { kind, query, instance }: CatObjectOptions & { readonly kind: Exclude<CatKind, "pack"> },
  watch: JobWatch,
): Promise<Uint8Array> {
  const { signal } = watch;
  const read = async (object: ObjectQuery): Promise<Uint8Array> => readable(await loadObject(repo, object, signal));
  switch (kind) {
    case "config":
      return await read({ kind });
    case "key":
      return await read({ kind, id: await findObject<KeyId>(repo, { type: "keys", query }, signal) });
    case "lock":
      return await read({ kind, id: await findObject<LockId>(repo, { type: "locks", query }, signal) });
    case "index":
      return await loadObject(
        repo,
        { kind, id: await findObject<IndexId>(repo, { type: "index", query }, signal) },
        signal,
      );
    case "snapshot":
      return await read({ kind, id: (await findStoredSnapshot(repo, { query, instance }, watch)).id });
    case "tree":
      return await catTree(repo, { query, instance }, watch);
    case "blob":
      return await catBlob(repo, query, signal);
  }
}

async function catTree(
  repo: Repository,
  { query, instance }: Pick<CatObjectOptions, "query" | "instance">,
  watch: JobWatch,
): Promise<Uint8Array> {
  const asked = parseSnapshotQuery(query);
  const snapshot = await findStoredSnapshot(repo, { query: asked.query, instance }, watch);
  const indexed = await loadIndex(repo, watch);
  const tree = await requireTreeAt(indexed, snapshot.tree, virtualPath(asked.subpath ?? "/"), watch.signal);
  return await loadBlob(indexed, "tree", tree, watch.signal);
}

/** Whole ids only: blobs are not files, and an index may know millions. */
async function catBlob(repo: Repository, query: string, signal: AbortSignal): Promise<Uint8Array> {
  const id = parseId<BlobId>(query.toLowerCase());
  const indexed = id === undefined ? undefined : await loadIndex(repo, { signal });
  const type = (["data", "tree"] as const).find((one) => id !== undefined && indexed?.index.has(one, id));
  if (id === undefined || indexed === undefined || type === undefined) {
    throw new ObhutError("OBJECT_NOT_FOUND", { query });
  }
  return await loadBlob(indexed, type, id, signal);
}

async function catPack(repo: Repository, query: string, { emit, signal }: JobWatch): Promise<CatObject> {
  const id = await findObject<PackId>(repo, { type: "data", query }, signal);
  const bytes = await repo.storage.load({ type: "data", name: id }, undefined, signal);
  const actual = idOfBytes<PackId>(bytes);
  if (actual === id) return { bytes, damaged: false };
  const params = { pack: id, reason: reason("contentHash", { hash: shortId(actual) }) };
  emit({ type: "finding", finding: finding("PACK_DAMAGED", params) });
  return { bytes, damaged: true };
}

/** Indented as restic does it; what the program does not know of it stays in. */
function readable(json: Uint8Array): Uint8Array {
  return Buffer.from(`${JSON.stringify(JSON.parse(Buffer.from(json).toString("utf8")), undefined, 2)}\n`);
}
