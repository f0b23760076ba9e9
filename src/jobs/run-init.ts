/** Makes repositories. */
import { ObhutError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import type { CopyKind } from "../plain/copy/copy-names.ts";
import { makePlace, refuseExisting as refuseExistingPlace } from "../plain/copy/place-marker.ts";
import type { PlainPlace } from "../plain/place/place.ts";
import type { Destination, PlainDestination } from "../plans/destination.ts";
import { initRepository } from "../repository/init-repository.ts";
import type { Repository } from "../repository/repository.ts";
import { openPlace } from "./open-copies.ts";
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

export interface MadePlace {
  readonly location: string;
  readonly kind: CopyKind;
}

/** Places for plain copies. Where one of them is there already (COPY_PLACE_EXISTS) none is made. */
export async function makeCopyPlaces(
  destinations: readonly PlainDestination[],
  layout: string | undefined,
  parts: Parts,
): Promise<MadePlace[]> {
  await using stack = new AsyncDisposableStack();
  const opened: { readonly destination: PlainDestination; readonly place: PlainPlace }[] = [];
  for (const destination of destinations) {
    const place = await openPlace(destination, parts);
    stack.defer(() => place.close());
    await refuseExistingPlace(place);
    opened.push({ destination, place });
  }
  for (const { destination, place } of opened) {
    const id = Buffer.from(parts.actor.random(16)).toString("hex");
    const made = new Date(parts.clock.nowMs()).toISOString();
    const { kind } = destination;
    // What a dated copy packs is found where the app has it.
    await makePlace(place, { kind, id, made, layout: kind === "dated" ? undefined : layout });
  }
  return opened.map(({ destination: { kind, written } }) => ({ kind, location: written }));
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
