/** Makes repositories. */
import { ObhutError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import type { Destination } from "../plans/destination.ts";
import { initRepository } from "../repository/init-repository.ts";
import type { Repository } from "../repository/repository.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";
import { addRecoveryKeys } from "./recovery-sheet.ts";
import { refuseInstanceFolder } from "./refuse-overlap.ts";

export interface RunInitOptions {
  /** Whose chunker parameters they get; undefined: new ones. */
  readonly chunker?: ChunkerSource | undefined;
  /** A second key, for paper: one password for all of them. */
  readonly recoveryKey?: boolean;
}

export interface InitSummary {
  readonly repositories: readonly { readonly location: string; readonly id: string; readonly version: number }[];
  readonly recoveryPassword: Secret | undefined;
}

export interface ChunkerSource {
  readonly repository: Destination;
  readonly password: Parts["password"];
}

/**
 * One repository at each destination, all with one polynomial, that of `chunker` where it is given, so that restic cuts alike in all of
 * them. Where one of them is there already (REPOSITORY_EXISTS) or would lie with an instance (DESTINATION_IN_SOURCE) none is made.
 */
export async function runInit(
  destinations: readonly Destination[],
  parts: Parts,
  { chunker, recoveryKey = false }: RunInitOptions = {},
): Promise<InitSummary> {
  for (const destination of destinations) await refuseExisting(destination, parts);
  for (const destination of destinations) await refuseInstanceFolder(destination);
  await using stack = new AsyncDisposableStack();
  const made: Repository[] = [];
  let chunkerPolynomial = chunker === undefined ? undefined : await polynomialOf(chunker, parts);
  for (const destination of destinations) {
    const storage = await parts.openStorage(destination);
    stack.defer(() => storage.close());
    const password = (await parts.password(storage.location, "create")).reveal();
    const repository = await initRepository(storage, {
      password,
      actor: parts.actor,
      ...(chunkerPolynomial === undefined ? {} : { chunkerPolynomial }),
    });
    chunkerPolynomial = repository.config.chunkerPolynomial;
    made.push(repository);
  }
  const recoveryPassword = recoveryKey ? await addRecoveryKeys(made, parts) : undefined;
  const repositories = made.map(({ storage, config: { id, version } }) => ({
    location: storage.location,
    id,
    version,
  }));
  return { repositories, recoveryPassword };
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
