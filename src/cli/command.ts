/** What a command of the CLI is given. One file a command in commands/; each calls one job and shows what came of it. */
import type { Parts } from "../jobs/parts.ts";
import type { Language, Messages } from "../messages/messages.ts";
import type { OutputStream } from "./output/output-streams.ts";
import type { Reporter } from "./output/reporter.ts";
import type { ParsedArguments } from "./parse-arguments.ts";

export interface CommandCall {
  readonly args: ParsedArguments;
  readonly parts: Parts;
  readonly reporter: Reporter;
  readonly messages: Messages;
  readonly language: Language;
  readonly out: OutputStream;
  readonly err: OutputStream;
  /** Aborts on Ctrl-C; the job then ends what it holds and throws INTERRUPTED. */
  readonly signal: AbortSignal;
}

/** Resolves with the exit code; rejects with an ObhutError, whose own exit code it then is. */
export type Command = (call: CommandCall) => Promise<number>;
