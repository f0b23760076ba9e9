/** A REST server of restic's protocol on loopback, as rclone has it: its folder, its user, its certificate are the test's own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./ssh-server.ts";
import { tempFolder } from "./temp-folder.ts";
import { toolFromEnvironment } from "./tool.ts";

export interface RestServer extends AsyncDisposable {
  readonly port: number;
  /** For whatever the test wants; gone at the end. What the server serves is `data` in it. */
  readonly folder: string;
  readonly data: string;
  /** `http://127.0.0.1:port/`, with user and password where it wants them. */
  readonly url: string;
  /** Where it has a certificate: who vouches for it. */
  readonly caFile: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface RestServerOptions {
  readonly tls?: boolean;
  readonly appendOnly?: boolean;
  readonly user?: string;
  readonly password?: string;
  /** More words for rclone. */
  readonly words?: readonly string[];
}

export async function startRestServer(options: RestServerOptions = {}): Promise<RestServer> {
  const { tls = false, appendOnly = false, user, password, words = [] } = options;
  const temp = await tempFolder("rest");
  const at = (name: string): string => join(temp.path, name);
  await mkdir(at("data"));
  if (tls) makeCertificates(temp.path);
  const port = await freePort();
  const args = [
    ...["serve", "restic", "--addr", `127.0.0.1:${port}`, "--config", at("rclone.conf")],
    ...(tls ? ["--cert", at("server.pem"), "--key", at("server.key")] : []),
    ...(appendOnly ? ["--append-only"] : []),
    ...(user === undefined ? [] : ["--user", user, "--pass", password ?? ""]),
    ...words,
    at("data"),
  ];
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  const start = async (): Promise<void> => {
    const env = { PATH: process.env["PATH"] ?? "", HOME: temp.path };
    child = spawn(toolFromEnvironment("OBHUT_TEST_RCLONE"), args, { env, stdio: "ignore" });
    await answers(port, child);
  };
  const login = user === undefined ? "" : `${user}:${encodeURIComponent(password ?? "")}@`;
  await start();
  return {
    port,
    folder: temp.path,
    data: at("data"),
    url: `${tls ? "https" : "http"}://${login}127.0.0.1:${port}/`,
    caFile: at("ca.pem"),
    kill,
    start,
    [Symbol.asyncDispose]: async () => {
      await kill();
      await temp[Symbol.asyncDispose]();
    },
  };
}

/** An authority of its own, and a certificate of it for 127.0.0.1. */
function makeCertificates(folder: string): void {
  const openssl = (...words: string[]): unknown => execFileSync("openssl", words, { cwd: folder, stdio: "ignore" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-subj",
    "/CN=test authority",
    "-days",
    "2",
  );
  openssl("req", ...newKey, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=test server");
  execFileSync("sh", ["-c", "printf 'subjectAltName=IP:127.0.0.1\\n' > server.ext"], { cwd: folder });
  const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "server.ext"];
  openssl("x509", "-req", "-in", "server.csr", ...signed, "-out", "server.pem");
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`rclone ended with ${child.exitCode}`);
    const socket = (await import("node:net")).connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await sleep(50);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`nothing listens on port ${port}`);
}
