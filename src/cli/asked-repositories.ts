/** Which repositories a call means: the option, else the environment. */

import { reason } from "../base/reason-codes.ts";
import type { Environment } from "../jobs/parts.ts";
import {
  type AnyDestination,
  type Destination,
  type PlainDestination,
  parseAnyDestination,
  parseAnyDestinations,
  parseDestination,
  parseDestinations,
} from "../plans/destination.ts";
import { isPlain } from "../plans/plain-destination.ts";
import { type ParsedArguments, usageError } from "./parse-arguments.ts";

/** For commands that write, to repositories and to places for plain copies. USAGE where none is named. */
export function askedAnyDestinations(args: ParsedArguments, env: Environment, folder: string): AskedDestinations {
  const given = args.list("to");
  const all = parseAnyDestinations(given.length > 0 ? given : [fromEnvironment(env, "--to")], folder);
  const repositories = all.filter((one): one is Destination => !isPlain(one));
  return { repositories, copies: all.filter(isPlain) };
}

export interface AskedDestinations {
  readonly repositories: readonly Destination[];
  readonly copies: readonly PlainDestination[];
}

/** For commands that write. USAGE where none is named. */
export function askedDestinations(args: ParsedArguments, env: Environment, folder: string): readonly Destination[] {
  const given = args.list("to");
  return parseDestinations(given.length > 0 ? given : [fromEnvironment(env, "--to")], folder);
}

/** For commands that read. USAGE where none is named. */
export function askedSource(args: ParsedArguments, env: Environment, folder: string): Destination {
  return parseDestination(args.value("from") ?? fromEnvironment(env, "--from"), folder);
}

/** For commands that read plain copies too. USAGE where none is named. */
export function askedAnySource(args: ParsedArguments, env: Environment, folder: string): AnyDestination {
  return parseAnyDestination(args.value("from") ?? fromEnvironment(env, "--from"), folder);
}

/** The argument, else the environment. USAGE where none is named. */
export function askedTestPlace(args: ParsedArguments, env: Environment, folder: string): AnyDestination {
  return parseAnyDestination(args.positionals[0] ?? fromEnvironment(env, "DESTINATION"), folder);
}

/** For commands that bring something from one repository into another. USAGE where it is not named, or is the other one. */
export function askedCopySource(
  args: ParsedArguments,
  { env, folder, to }: { readonly env: Environment; readonly folder: string; readonly to: readonly Destination[] },
): Destination {
  const given = args.value("from-repository") ?? (env["OBHUT_FROM_REPOSITORY"] || env["RESTIC_FROM_REPOSITORY"]);
  if (!given) throw usageError(reason("fromRepositoryNotGiven", {}));
  parseDestinations([...to.map(({ written }) => written), given], folder);
  return parseDestination(given, folder);
}

function fromEnvironment(env: Environment, option: string): string {
  const found = env["OBHUT_REPOSITORY"] || env["RESTIC_REPOSITORY"];
  if (!found) throw usageError(reason("repositoryNotGiven", { option }));
  return found;
}
