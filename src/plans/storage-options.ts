/** Settings of single kinds of storage, spelled as restic's extended options: `-o sftp.args="-p 2222"`, `-o sftp.connections=2`. */
import { ObhutError } from "../base/errors.ts";
import { reason } from "../base/reason-codes.ts";
import { splitCommand } from "./split-command.ts";

export interface StorageOptions {
  readonly sftp: {
    /** A whole command that speaks SFTP on its standard input and output, instead of ssh. */
    readonly command?: readonly string[];
    /** More words for ssh, before the host. */
    readonly args?: readonly string[];
    readonly connections?: number;
  };
}

const known = ["sftp.command", "sftp.args", "sftp.connections"] as const;
type Name = (typeof known)[number];

const maxConnections = 64;

/** `given`: each `name=value`; of one name the last counts. Throws USAGE. */
export function parseStorageOptions(given: readonly string[]): StorageOptions {
  const values = new Map<Name, string>();
  for (const one of given) {
    const [, name = one, value = ""] = /^([^=]*)=(.*)$/s.exec(one) ?? [];
    if (!isKnown(name)) throw usage(reason("storageOptionUnknown", { name, known: known.join(", ") }));
    values.set(name, value);
  }
  const [command, args] = [words(values, "sftp.command"), words(values, "sftp.args")];
  if (command !== undefined && args !== undefined) {
    throw usage(reason("oneOfTwo", { first: "-o sftp.command", second: "-o sftp.args" }));
  }
  return {
    sftp: { ...(command && { command }), ...(args && { args }), ...connections(values, "sftp.connections") },
  };
}

function isKnown(name: string): name is Name {
  return (known as readonly string[]).includes(name);
}

function words(values: ReadonlyMap<Name, string>, name: Name): readonly string[] | undefined {
  const value = values.get(name);
  const found = value === undefined ? undefined : splitCommand(value);
  if (found?.length === 0) throw usage(reason("optionNeedsValue", { name: `-o ${name}` }));
  return found;
}

function connections(values: ReadonlyMap<Name, string>, name: Name): { readonly connections?: number } {
  const value = values.get(name);
  if (value === undefined) return {};
  const count = /^\d+$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > maxConnections) {
    throw usage(reason("storageOptionValue", { name: `-o ${name}`, wanted: `1–${maxConnections}`, value }));
  }
  return { connections: count };
}

function usage(why: ReturnType<typeof reason>): ObhutError<"USAGE"> {
  return new ObhutError("USAGE", { reason: why });
}
