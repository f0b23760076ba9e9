import type { StorageVerb } from "../../base/storage-action.ts";

/** What was asked of a storage, as the subject of "... failed": alone, and before a file's name. */
export const verbs: Readonly<Record<StorageVerb, readonly [alone: string, of: string]>> = {
  connect: ["connect", "connect"],
  copy: ["copy", "copy"],
  "create the repository's folders": ["create the repository's folders", "create the repository's folders"],
  link: ["link", "link"],
  list: ["list", "list"],
  lock: ["lock", "lock"],
  "look at": ["look at", "look at"],
  "make the bucket": ["make the bucket", "make the bucket"],
  "make the folder": ["make the folder", "make the folder"],
  read: ["read", "read"],
  "read a pack back": ["read a pack back", "read a pack back"],
  remove: ["remove", "remove"],
  rename: ["rename", "rename"],
  save: ["save", "save"],
  "sign in to B2": ["sign in to B2", "sign in to B2"],
  sync: ["sync", "sync"],
  tidy: ["tidy", "tidy"],
  write: ["write", "write"],
};
