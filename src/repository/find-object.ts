/** The file that a person means by the first digits of its id. */
import { ObhutError } from "../base/errors.ts";
import { type AnyId, parseId, shortId } from "../base/ids.ts";
import type { FileType } from "../storage/storage.ts";
import type { Repository } from "./repository.ts";

export interface NamedObject {
  readonly type: Exclude<FileType, "config">;
  /** An id or its first digits. */
  readonly query: string;
}

/** OBJECT_NOT_FOUND; OBJECT_AMBIGUOUS where several begin so. */
export async function findObject<Kind extends AnyId>(
  repo: Pick<Repository, "storage">,
  { type, query }: NamedObject,
  signal?: AbortSignal,
): Promise<Kind> {
  const digits = query.toLowerCase();
  const found: Kind[] = [];
  if (/^[0-9a-f]{1,64}$/.test(digits)) {
    for await (const { name } of repo.storage.list(type, signal)) {
      const id = name.startsWith(digits) ? parseId<Kind>(name) : undefined;
      if (id !== undefined) found.push(id);
    }
  }
  const [first, second] = found;
  if (first === undefined) throw new ObhutError("OBJECT_NOT_FOUND", { query });
  if (second === undefined) return first;
  const matches = found.slice(0, 5).map((id) => shortId(id));
  throw new ObhutError("OBJECT_AMBIGUOUS", { query, matches: matches.join(", ") });
}
