/** S3 servers that others wrote, on loopback, each with a folder and credentials of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./ssh-server.ts";
import { type TempFolder, tempFolder } from "./temp-folder.ts";

export type S3Program = "minio" | "versitygw";

export interface S3Server extends AsyncDisposable {
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string;
  /** What Obhut and restic need to sign in. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends the server at once; `start` goes on with the same data. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

const accessKey = "obhut-tests";
const secretKey = "obhut-tests-secret";

export async function startS3Server(program: S3Program): Promise<S3Server> {
  const server = new Server(program, await tempFolder(program), await freePort());
  await server.start();
  return server;
}

class Server implements S3Server {
  readonly endpoint: string;
  readonly env = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey, AWS_REGION: "us-east-1" };
  readonly #program: S3Program;
  readonly #temp: TempFolder;
  readonly #address: string;
  #child: ChildProcess | undefined;

  constructor(program: S3Program, temp: TempFolder, port: number) {
    this.#program = program;
    this.#temp = temp;
    this.#address = `127.0.0.1:${port}`;
    this.endpoint = `http://${this.#address}`;
  }

  async start(): Promise<void> {
    const path = process.env[this.#program === "minio" ? "OBHUT_TEST_MINIO" : "OBHUT_TEST_VERSITYGW"];
    if (path === undefined) throw new Error(`${this.#program} is not named: run this through tests/with-tools.sh`);
    const data = join(this.#temp.path, "data");
    // Where versitygw puts older versions, of buckets that keep them.
    const older = join(this.#temp.path, "older");
    await mkdir(data, { recursive: true });
    await mkdir(older, { recursive: true });
    const words =
      this.#program === "minio"
        ? ["server", data, "--address", this.#address, "--console-address", `127.0.0.1:${await freePort()}`, "--quiet"]
        : [
            "--port",
            this.#address,
            "--access",
            accessKey,
            "--secret",
            secretKey,
            "--quiet",
            "posix",
            "--versioning-dir",
            older,
            data,
          ];
    const env = {
      PATH: process.env["PATH"],
      HOME: this.#temp.path,
      MINIO_ROOT_USER: accessKey,
      MINIO_ROOT_PASSWORD: secretKey,
    };
    const child = spawn(path, words, { stdio: ["ignore", "ignore", "pipe"], env });
    this.#child = child;
    let said = "";
    child.stderr.on("data", (text: Buffer) => {
      said = (said + text.toString()).slice(-4000);
    });
    await this.#answers(() => said);
  }

  async #answers(said: () => string): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      if (this.#child?.exitCode !== null) break;
      // Any answer will do; MinIO says 503 while it starts.
      const answer = await fetch(this.endpoint).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer !== undefined && answer.status < 500) return;
      await sleep(100);
    }
    throw new Error(`${this.#program} does not answer: ${said()}`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#temp[Symbol.asyncDispose]();
  }
}
