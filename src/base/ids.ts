/**
 * Identifiers of a repository's objects: the SHA-256 of their bytes, 64 lower-case hex digits.
 * Source: restic's doc/design.rst, "Terminology" and "Repository Layout".
 */

declare const idBrand: unique symbol;
type Id<Kind extends string> = string & { readonly [idBrand]: Kind };

export type BlobId = Id<"blob">;
export type PackId = Id<"pack">;
export type IndexId = Id<"index">;
export type SnapshotId = Id<"snapshot">;
export type KeyId = Id<"key">;
export type LockId = Id<"lock">;
export type AnyId = BlobId | PackId | IndexId | SnapshotId | KeyId | LockId;

const idPattern = /^[0-9a-f]{64}$/;

/** Whether `text` is spelled as an id; says nothing about whether the object exists. */
export function isId(text: string): boolean {
  return idPattern.test(text);
}

/** `text` as an id of the kind the caller expects, or undefined. Never throws. */
export function parseId<Kind extends AnyId>(text: string): Kind | undefined {
  return isId(text) ? (text as Kind) : undefined;
}

/** The first eight digits, as restic prints ids. */
export function shortId(id: AnyId): string {
  return id.slice(0, 8);
}
