/** Calls a command of Obhut by its words, as the command line does, with the repository in memory: a process for each would take a minute. */
import { systemClock } from "../../src/base/clock.ts";
import { isObhutError } from "../../src/base/errors.ts";
import type { Finding } from "../../src/base/finding-codes.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Command } from "../../src/cli/command.ts";
import type { Reporter } from "../../src/cli/output/reporter.ts";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import type { Parts } from "../../src/jobs/parts.ts";
import { errorSentence, findingSentence } from "../../src/messages/messages.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { testActor } from "../support/actor.ts";
import { messagesIn } from "../support/messages.ts";
import { testPassword } from "../support/restic.ts";

export interface ObhutAnswer {
  readonly exitCode: number;
  /** Codes of findings, each once, and that of the error it ended with. */
  readonly codes: readonly string[];
  readonly findings: readonly Finding[];
  /** The next steps of them all, in English. */
  readonly advice: readonly string[];
}

export interface CalledOn {
  readonly storage: Storage;
  /** Where the call is made. */
  readonly folder: string;
}

export async function callObhut(words: readonly string[], called: CalledOn): Promise<ObhutAnswer> {
  const findings: Finding[] = [];
  const args = parseArguments([...words, "--from", "/memory"]);
  const { run } = (await import(`../../src/cli/commands/${args.command.replace(" ", "-")}.ts`)) as { run: Command };
  const messages = messagesIn("en");
  const [out, err] = [nowhere(), nowhere()];
  const reporter: Reporter = {
    emit: (event) => void (event.type === "finding" && findings.push(event.finding)),
    record: () => undefined,
    lines: () => undefined,
    summary: (_, lines) => void lines(),
    failed: () => undefined,
    close: () => undefined,
  };
  const signal = new AbortController().signal;
  const answer = (exitCode: number, error?: { code: string; next: string }): ObhutAnswer => ({
    exitCode,
    codes: [...new Set([...findings.map(({ code }) => code), ...(error ? [error.code] : [])])].sort(),
    findings,
    advice: [...findings.map((found) => findingSentence(messages, found).next), ...(error ? [error.next] : [])],
  });
  try {
    return answer(await run({ args, parts: partsOf(called), reporter, messages, language: "en", out, err, signal }));
  } catch (error) {
    if (!isObhutError(error)) throw error;
    return answer(error.exitCode, { code: error.code, next: errorSentence(messages, error).next });
  }
}

function partsOf({ storage, folder }: CalledOn): Parts {
  return {
    clock: systemClock,
    env: {},
    folder,
    actor: testActor(),
    openStorage: async () => storage,
    password: async () => new Secret(testPassword),
  };
}

function nowhere() {
  return {
    terminal: false,
    colours: false,
    columns: () => 80,
    write: () => undefined,
    writeBytes: async () => undefined,
    flush: async () => undefined,
    closed: new AbortController().signal,
  };
}
