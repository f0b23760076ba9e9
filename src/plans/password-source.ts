/** Where a repository's password comes from. Which source wins is decided here, without reading any. */
import { ObhutError } from "../base/errors.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
import { Secret } from "../base/secret.ts";
import { splitCommand } from "./split-command.ts";

export type PasswordSource =
  | { readonly kind: "value"; readonly password: Secret }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "command"; readonly argv: readonly [string, ...string[]] };

export type PasswordOwner = "own" | "from" | "new";

/** Of options and variables. */
const prefixes: Readonly<Record<PasswordOwner, { readonly option: string; readonly variable: string }>> = {
  own: { option: "", variable: "" },
  from: { option: "from-", variable: "_FROM" },
  new: { option: "new-", variable: "_NEW" },
};

/** The ways to give it, as a person would write them. A new one never comes from the environment. */
export function passwordOptions(whose: PasswordOwner): string {
  const { option, variable } = prefixes[whose];
  const options = `--${option}password-file, --${option}password-command`;
  return whose === "new" ? options : `${options}, RESTIC${variable}_PASSWORD`;
}

/** A layer of settings: options of the call, OBHUT_*, RESTIC_*. */
interface Layer {
  readonly fileName: string;
  readonly file: string | undefined;
  readonly commandName: string;
  readonly command: string | undefined;
  readonly value?: string | undefined;
}

/**
 * The source of the first layer that names one: the call's options, then OBHUT_PASSWORD*, then RESTIC_PASSWORD*. Inside a layer a file and
 * a command exclude each other, as with restic; both come before a plain value. Throws USAGE. `from`: the same for the repository that something
 * is copied from, OBHUT_FROM_PASSWORD* and so on; `new`: for a password that is being made.
 */
export function choosePasswordSource(
  given: { readonly file: string | undefined; readonly command: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
  whose: PasswordOwner = "own",
): PasswordSource | undefined {
  const { option, variable } = prefixes[whose];
  const options: Layer = {
    fileName: `--${option}password-file`,
    file: given.file,
    commandName: `--${option}password-command`,
    command: given.command,
  };
  for (const layer of [
    options,
    environmentLayer(`OBHUT${variable}`, env),
    environmentLayer(`RESTIC${variable}`, env),
  ]) {
    const source = sourceIn(layer);
    if (source !== undefined) return source;
  }
  return undefined;
}

function environmentLayer(prefix: string, env: Readonly<Record<string, string | undefined>>): Layer {
  return {
    fileName: `${prefix}_PASSWORD_FILE`,
    file: env[`${prefix}_PASSWORD_FILE`] || undefined,
    commandName: `${prefix}_PASSWORD_COMMAND`,
    command: env[`${prefix}_PASSWORD_COMMAND`] || undefined,
    value: env[`${prefix}_PASSWORD`] || undefined,
  };
}

function sourceIn({ fileName, file, commandName, command, value }: Layer): PasswordSource | undefined {
  if (file !== undefined && command !== undefined) {
    throw usage(reason("oneOfTwo", { first: fileName, second: commandName }));
  }
  if (file !== undefined) return { kind: "file", path: file };
  if (command !== undefined) return { kind: "command", argv: argvOf(command) };
  return value === undefined ? undefined : { kind: "value", password: new Secret(value) };
}

function argvOf(command: string): readonly [string, ...string[]] {
  const [program, ...rest] = splitCommand(command);
  if (program === undefined) throw usage(reason("commandEmpty", {}));
  return [program, ...rest];
}

function usage(why: Reason): ObhutError<"USAGE"> {
  return new ObhutError("USAGE", { reason: why });
}
