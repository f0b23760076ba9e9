/** Makes repositories. */
import { ObhutError } from "../base/errors.ts";
import type { Destination } from "../plans/destination.ts";
import { initRepository } from "../repository/init-repository.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface InitSummary {
  readonly repositories: readonly { readonly location: string; readonly id: string; readonly version: number }[];
}

export interface ChunkerSource {
  readonly repository: Destination;
  readonly password: Parts["password"];
}

/**
 * One repository at each destination, all with one polynomial, that of `chunker` where it is given, so that restic cuts alike in all of them. Where one of them is there
 * already (REPOSITORY_EXISTS) none is made.
 */
export async function runInit(
  destinations: readonly Destination[],
  parts: Parts,
  chunker?: ChunkerSource,
): Promise<InitSummary> {
  for (const destination of destinations) await refuseExisting(destination, parts);
  const repositories: { location: string; id: string; version: number }[] = [];
  let chunkerPolynomial = chunker === undefined ? undefined : await polynomialOf(chunker, parts);
  for (const destination of destinations) {
    const storage = await parts.openStorage(destination);
    try {
      const password = (await parts.password(storage.location, "create")).reveal();
      const { config } = await initRepository(storage, {
        password,
        actor: parts.actor,
        ...(chunkerPolynomial === undefined ? {} : { chunkerPolynomial }),
      });
      chunkerPolynomial = config.chunkerPolynomial;
      repositories.push({ location: storage.location, id: config.id, version: config.version });
    } finally {
      await storage.close();
    }
  }
  return { repositories };
}

async function polynomialOf({ repository, password }: ChunkerSource, parts: Parts): Promise<string> {
  await using opened = await openDestination(repository, { ...parts, password });
  return opened.repository.config.chunkerPolynomial;
}

async function refuseExisting(destination: Destination, parts: Parts): Promise<void> {
  const storage = await parts.openStorage(destination);
  try {
    const size = await storage.sizeOf({ type: "config", name: "" });
    if (size !== undefined) throw new ObhutError("REPOSITORY_EXISTS", { location: storage.location });
  } finally {
    await storage.close();
  }
}
