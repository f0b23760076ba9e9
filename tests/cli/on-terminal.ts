/** Runs the program on a terminal of its own and types what a person would. Python's pty makes the terminal. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

const driver = `
import json, os, pty, select, signal, sys, time
words, answers, env = json.loads(sys.argv[1])
pid, fd = pty.fork()
if pid == 0:
    os.execvpe(words[0], words, env)
shown = b""
until = time.monotonic() + 120
while True:
    if time.monotonic() > until:
        os.kill(pid, signal.SIGKILL)
        break
    ready, _, _ = select.select([fd], [], [], 0.1)
    if ready:
        try:
            chunk = os.read(fd, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    if answers and answers[0][0].encode() in shown:
        os.write(fd, answers.pop(0)[1].encode())
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({"code": code, "shown": shown.decode()}))
`;

export interface TerminalRun {
  /** Negative where a signal ended it, such as SIGKILL after two minutes. */
  readonly code: number;
  /** All that the terminal was sent, control sequences included; ESC as ␛. */
  readonly shown: string;
}

/** `answers`: what to type once a text has appeared. */
export async function onTerminal(
  words: readonly string[],
  answers: readonly (readonly [after: string, typed: string])[] = [],
  extra: Readonly<Record<string, string>> = {},
): Promise<TerminalRun> {
  const main = path.resolve(import.meta.dirname, "../../bin/obhut");
  return await programOnTerminal(["sh", main, ...words], answers, extra);
}

/** The same for any program. */
export async function programOnTerminal(
  command: readonly string[],
  answers: readonly (readonly [after: string, typed: string])[],
  extra: Readonly<Record<string, string>> = {},
): Promise<TerminalRun> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    TERM: "xterm",
    LANG: "C.UTF-8",
    ...extra,
  };
  const call = JSON.stringify([command, answers, env]);
  const { stdout } = await promisify(execFile)("python3", ["-c", driver, call], { maxBuffer: 64 * 1024 * 1024 });
  const { code, shown } = JSON.parse(stdout) as TerminalRun;
  return { code, shown: shown.replaceAll("\u001b", "␛") };
}
