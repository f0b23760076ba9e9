/** What was asked of a storage or a place when it failed: the `action` of errors. Programs get it so; a person in their language. */

export const storageVerbs = [
  "connect",
  "copy",
  "create the repository's folders",
  "link",
  "list",
  "lock",
  "look at",
  "make the bucket",
  "make the folder",
  "read",
  "read a pack back",
  "remove",
  "rename",
  "save",
  "sign in to B2",
  "sync",
  "tidy",
  "write",
] as const;

export type StorageVerb = (typeof storageVerbs)[number];

/** With the file's name behind it, where it is about one. */
export type StorageAction = StorageVerb | `${StorageVerb} ${string}`;

/** The verb that it begins with, and what follows; undefined where it is none. */
export function verbOf(action: string): { readonly verb: StorageVerb; readonly rest: string } | undefined {
  const found = storageVerbs.filter((verb) => action === verb || action.startsWith(`${verb} `));
  const verb = found.toSorted((a, b) => b.length - a.length)[0];
  return verb === undefined ? undefined : { verb, rest: action.slice(verb.length) };
}
