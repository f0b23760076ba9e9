/** For people: results on standard output; progress, findings and errors on standard error. */

import type { Clock } from "../../base/clock.ts";
import { codedError } from "../../base/errors.ts";
import type { JobEvent } from "../../jobs/job-event.ts";
import type { Language, Messages } from "../../messages/messages.ts";
import { coloured, errorLines, findingLines, type Paint, plain } from "./error-lines.ts";
import type { OutputStream } from "./output-streams.ts";
import { ProgressMeter, progressLine } from "./progress-line.ts";
import type { Reporter } from "./reporter.ts";

export interface TextReporterOptions {
  readonly out: OutputStream;
  readonly err: OutputStream;
  readonly clock: Clock;
  readonly messages: Messages;
  readonly language: Language;
  readonly quiet: boolean;
}

const redrawMs = 100;
const logMs = 30_000;
const clearLine = "\r\u001b[2K";

export function textReporter(options: TextReporterOptions): Reporter {
  return new TextReporter(options);
}

class TextReporter implements Reporter {
  readonly #options: TextReporterOptions;
  readonly #paint: Paint;
  readonly #meter = new ProgressMeter();
  #timer: NodeJS.Timeout | undefined;
  #drawn = false;
  #closed = false;

  constructor(options: TextReporterOptions) {
    this.#options = options;
    this.#paint = options.err.colours ? coloured : plain;
  }

  readonly emit = (event: JobEvent): void => {
    const { err, messages, clock } = this.#options;
    switch (event.type) {
      case "status":
        this.#meter.update(event, clock.monotonicMs());
        this.#startTimer();
        return;
      case "finding":
        this.#above(findingLines(event.finding, messages, this.#paint));
        return;
      case "error":
        this.#above(errorLines(event.error, messages, err.colours ? coloured : plain));
        return;
    }
  };

  record(): void {}

  lines(lines: readonly string[]): void {
    this.#clear();
    for (const line of lines) this.#options.out.write(`${line}\n`);
  }

  summary(_value: object, lines: () => readonly string[]): void {
    if (!this.#options.quiet) this.lines(lines());
  }

  failed(error: unknown): void {
    this.close();
    this.#above(errorLines(codedError(error), this.#options.messages, this.#paint));
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#clear();
  }

  #startTimer(): void {
    if (this.#timer !== undefined || this.#closed || this.#options.quiet) return;
    const draw = this.#options.err.terminal ? () => this.#draw() : () => this.#log();
    this.#timer = setInterval(draw, this.#options.err.terminal ? redrawMs : logMs);
    this.#timer.unref();
    if (this.#options.err.terminal) this.#draw();
  }

  #line(drawn: boolean, columns: number): string {
    const { clock, messages, language } = this.#options;
    return progressLine({ meter: this.#meter, nowMs: clock.monotonicMs(), columns, messages, language, drawn });
  }

  #draw(): void {
    this.#options.err.write(`${clearLine}${this.#line(true, this.#options.err.columns() - 1)}`);
    this.#drawn = true;
  }

  #log(): void {
    this.#options.err.write(`${this.#line(false, 200)}\n`);
  }

  #clear(): void {
    if (this.#drawn) this.#options.err.write(clearLine);
    this.#drawn = false;
  }

  #above(lines: readonly string[]): void {
    this.#clear();
    for (const line of lines) this.#options.err.write(`${line}\n`);
  }
}
