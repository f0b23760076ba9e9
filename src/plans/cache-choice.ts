/** Where copies of indexes, snapshots and trees are kept, and for which repositories. Decided without a look at any disk. */
import { isAbsolute, join, resolve } from "node:path";
import { ObhutError } from "../base/errors.ts";
import { reason } from "../base/reason-codes.ts";

export interface CacheChoice {
  /** Absolute path; undefined: no cache. */
  readonly folder: string | undefined;
  /** `distant`: for repositories that are slow to reach. `all`: for every one, because the folder was named in the call. */
  readonly use: "distant" | "all";
}

export interface CacheSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What a relative path starts from. */
  readonly folder: string;
  readonly home: string;
}

/** The option, else OBHUT_CACHE_DIR, RESTIC_CACHE_DIR, the user's folder of caches. Throws USAGE where both options are given. */
export function chooseCache(
  given: { readonly folder: string | undefined; readonly none: boolean },
  { env, folder, home }: CacheSurroundings,
): CacheChoice {
  if (given.none && given.folder !== undefined) {
    throw new ObhutError("USAGE", { reason: reason("oneOfTwo", { first: "--cache-dir", second: "--no-cache" }) });
  }
  if (given.none) return { folder: undefined, use: "distant" };
  if (given.folder !== undefined) return { folder: resolve(folder, given.folder), use: "all" };
  const own = env["OBHUT_CACHE_DIR"];
  if (own) return { folder: resolve(folder, own), use: "distant" };
  // restic too names folders there by the repository's id.
  const restics = env["RESTIC_CACHE_DIR"];
  if (restics) return { folder: resolve(folder, restics, "obhut"), use: "distant" };
  const shared = env["XDG_CACHE_HOME"];
  const caches = shared && isAbsolute(shared) ? shared : join(home, ".cache");
  return { folder: join(caches, "obhut"), use: "distant" };
}
