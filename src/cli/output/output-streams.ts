/**
 * Standard output and error. A reader that goes away (`obhut ls | head`) is not an error to shout about: what is
 * written after that goes nowhere, and `closed` says so to those for whom writing was the whole point.
 */
import type { Writable } from "node:stream";
import { systemCode } from "../../base/errors.ts";

export interface OutputStream {
  /** Whether a person looks at it. */
  readonly terminal: boolean;
  readonly colours: boolean;
  columns(): number;
  write(text: string): void;
  /** Waits for a reader that is slower than we are. */
  writeBytes(bytes: Uint8Array): Promise<void>;
  /** Waits until all is with the reader or the reader is gone. */
  flush(): Promise<void>;
  /** Aborts when the reader is gone. */
  readonly closed: AbortSignal;
}

export function outputStream(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): OutputStream {
  const gone = new AbortController();
  stream.on("error", (error) => {
    if (systemCode(error) !== "EPIPE") process.exitCode = 1;
    gone.abort(error);
  });
  const terminal = stream.isTTY === true && env["TERM"] !== "dumb";
  return {
    terminal,
    colours: terminal && !env["NO_COLOR"],
    columns: () => stream.columns || 80,
    write: (text) => {
      if (!gone.signal.aborted) stream.write(text);
    },
    writeBytes: async (bytes) => {
      gone.signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        stream.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    },
    flush: () =>
      new Promise((resolve) => {
        if (gone.signal.aborted) resolve();
        else stream.write("", () => resolve());
      }),
    closed: gone.signal,
  };
}
