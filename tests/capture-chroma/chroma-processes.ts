/** The real Chroma: one process that writes without a pause, one that says whether a restored folder is exact. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";

const here = import.meta.dirname;

/** The Python that has chromadb; the set-up of the tests names it. */
function python(): string {
  const program = process.env["OBHUT_TEST_PYTHON"];
  if (program === undefined) throw new Error("OBHUT_TEST_PYTHON names no Python: run the tests with npm test");
  return program;
}

export class ChromaWriter implements AsyncDisposable {
  /** The last operation that began, and the last that was acknowledged. */
  begun = 0;
  done = 0;
  private readonly child: ChildProcessByStdio<null, Readable, null>;

  constructor(folder: string, syncThreshold: number) {
    this.child = spawn(python(), [path.join(here, "writer.py"), folder, String(syncThreshold)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      const [word, number] = line.split(" ");
      if (word === "begin") this.begun = Number(number);
      else this.done = Number(number);
    });
  }

  async untilDone(operations: number): Promise<void> {
    while (this.done < operations) {
      if (this.child.exitCode !== null) throw new Error(`the writer ended with ${this.child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  halt(): void {
    this.child.kill("SIGSTOP");
  }

  goOn(): void {
    this.child.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.child.exitCode === null ? once(this.child, "exit") : undefined;
    this.child.kill("SIGKILL");
    await ended;
  }
}

export interface Verdict {
  readonly exact: boolean;
  readonly text: string;
}

export class ChromaVerifier implements AsyncDisposable {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: Interface;
  private readonly answers: AsyncIterator<string>;

  constructor() {
    this.child = spawn(python(), [path.join(here, "verify.py")], { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.child.stdout });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  /** Whether `folder` is the state after some number of operations from `first` to `last`. It is written to. */
  async check(folder: string, first: number, last: number): Promise<Verdict> {
    this.child.stdin.write(`${folder} ${first} ${last}\n`);
    const { value, done } = await this.answers.next();
    if (done === true) throw new Error("the verifier ended: a damaged index can end the whole process");
    return { exact: value.startsWith("exact "), text: value };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.child.exitCode === null ? once(this.child, "exit") : undefined;
    this.lines.close();
    this.child.kill("SIGKILL");
    await ended;
  }
}
