/** For programs: one JSON object a line, each with a `type`. docs/json.md describes them all. */
import type { Clock } from "../../base/clock.ts";
import type { ObhutError } from "../../base/errors.ts";
import { codedError } from "../../base/errors.ts";
import { isIncomplete } from "../../base/finding-codes.ts";
import type { JobEvent, Progress } from "../../jobs/job-event.ts";
import { errorSentence, findingSentence, type Messages } from "../../messages/messages.ts";
import type { OutputStream } from "./output-streams.ts";
import type { Reporter } from "./reporter.ts";

export interface JsonReporterOptions {
  readonly out: OutputStream;
  readonly clock: Clock;
  readonly messages: Messages;
  readonly quiet: boolean;
}

const statusMs = 1_000;

export function jsonReporter({ out, clock, messages, quiet }: JsonReporterOptions): Reporter {
  const write = (type: string, value: object): void => out.write(`${JSON.stringify({ type, ...value }, plainValue)}\n`);
  let lastStatusMs = Number.NEGATIVE_INFINITY;
  let lastPhase: Progress["phase"] | undefined;

  const status = ({ type, ...progress }: Progress & { type: string }): void => {
    const nowMs = clock.monotonicMs();
    if (quiet || (progress.phase === lastPhase && nowMs - lastStatusMs < statusMs)) return;
    lastStatusMs = nowMs;
    lastPhase = progress.phase;
    write(type, progress);
  };

  const emit = (event: JobEvent): void => {
    switch (event.type) {
      case "status":
        status(event);
        return;
      case "finding": {
        const weight = isIncomplete(event.finding) ? "incomplete" : "note";
        const { what, next } = findingSentence(messages, event.finding);
        write("finding", { ...event.finding, weight, message: what, next });
        return;
      }
      case "error":
        write("error", { ...errorValue(event.error, messages), destination: event.destination });
        return;
    }
  };

  return {
    emit,
    record: write,
    lines: () => undefined,
    summary: (value) => write("summary", value),
    failed: (error) => {
      const coded = codedError(error);
      write("exit_error", { exitCode: coded.exitCode, ...errorValue(coded, messages) });
    },
    close: () => undefined,
  };
}

function errorValue(error: ObhutError, messages: Messages): object {
  const { what, next } = errorSentence(messages, error);
  return { code: error.code, params: error.params, message: what, next };
}

function plainValue(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
