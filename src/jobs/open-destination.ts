/** Opens the repository at a destination; it owns the storage and closes it. */
import { ObhutError } from "../base/errors.ts";
import type { Destination } from "../plans/destination.ts";
import { type OnDeriving, openRepository } from "../repository/open-repository.ts";
import type { Repository } from "../repository/repository.ts";
import type { Parts } from "./parts.ts";

export interface OpenedDestination extends AsyncDisposable {
  readonly destination: Destination;
  readonly repository: Repository;
}

export interface OpenDestinationOptions {
  /** False for who must see what the place itself holds, such as a check. Default true: a cache is used where there is one. */
  readonly cache?: boolean;
  readonly onDeriving?: OnDeriving;
}

/** Errors: those of openRepository, and PASSWORD_MISSING. */
export async function openDestination(
  destination: Destination,
  parts: Parts,
  { cache = true, onDeriving }: OpenDestinationOptions = {},
): Promise<OpenedDestination> {
  let storage = await parts.openStorage(destination);
  try {
    // Whether there is a repository is asked before the password is.
    if ((await storage.sizeOf({ type: "config", name: "" })) === undefined) {
      throw new ObhutError("REPOSITORY_MISSING", { location: storage.location });
    }
    const password = await parts.password(storage.location, "open");
    const opened = await openRepository(storage, password.reveal(), parts.actor, onDeriving);
    if (cache)
      storage = (await parts.cacheStorage?.(storage, { destination, repositoryId: opened.config.id })) ?? storage;
    const joinedIndex = cache ? await parts.keepIndex?.(opened.config.id) : undefined;
    const repository = { ...opened, storage, ...(joinedIndex && { joinedIndex }) };
    return { destination, repository, [Symbol.asyncDispose]: () => storage.close() };
  } catch (error) {
    await storage.close();
    throw error;
  }
}
