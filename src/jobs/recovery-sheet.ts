/** What a person needs on paper to get everything back, and the key that is made for it. */
import type { Secret } from "../base/secret.ts";
import type { Destination } from "../plans/destination.ts";
import { recoveryPassword } from "../plans/recovery-password.ts";
import { addKey } from "../repository/keys.ts";
import type { Repository } from "../repository/repository.ts";
import { holdLock } from "./hold-lock.ts";
import type { JobWatch } from "./job-event.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

/** Under this name `key list` shows the key that lies on paper. */
export const recoveryUser = "recovery";

export interface SheetRepository {
  readonly location: string;
  readonly id: string;
}

export interface RecoverySheet {
  readonly repositories: readonly SheetRepository[];
  /** Of a key of its own; undefined: the sheet holds no secret. */
  readonly recoveryPassword: Secret | undefined;
  /** The machine it was made on. */
  readonly hostname: string;
  readonly madeMs: number;
}

/** A password of its own for all of `repositories`, which are open and locked, or new. */
export async function addRecoveryKeys(repositories: readonly Repository[], parts: Parts): Promise<Secret> {
  const password = recoveryPassword(parts.actor.random);
  for (const repository of repositories)
    await addKey(repository, { password: password.reveal(), username: recoveryUser });
  return password;
}

/** Of a repository that is there already; `newKey` makes a recovery key for it. */
export async function makeRecoverySheet(
  { repository: destination, newKey }: { readonly repository: Destination; readonly newKey: boolean },
  parts: Parts,
  watch: JobWatch,
): Promise<RecoverySheet> {
  await using opened = await openDestination(destination, parts);
  const { repository } = opened;
  const { storage, config } = repository;
  const sheet = { repositories: [{ location: storage.location, id: config.id }], ...madeBy(parts) };
  if (!newKey) return { ...sheet, recoveryPassword: undefined };
  await using _lock = await holdLock(repository, "shared", watch);
  return { ...sheet, recoveryPassword: await addRecoveryKeys([repository], parts) };
}

export function madeBy({ actor, clock }: Parts): Pick<RecoverySheet, "hostname" | "madeMs"> {
  return { hostname: actor.hostname, madeMs: clock.nowMs() };
}
