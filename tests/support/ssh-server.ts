/** OpenSSH's own server on loopback, run by the test's user, with keys and an ssh_config that are nobody else's. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type TempFolder, tempFolder } from "./temp-folder.ts";

export interface SshServer extends AsyncDisposable {
  readonly port: number;
  /** A folder for whatever the test wants; gone at the end. */
  readonly folder: string;
  /** Words for ssh that make it know this server, under the name `server`, and nothing of the person who runs the test. */
  readonly args: readonly string[];
  readonly configFile: string;
  readonly knownHosts: string;
  readonly userKey: string;
  /** Processes that serve a connection now. */
  connections(): number[];
  /** Ends the server and every connection at once. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface SshServerOptions {
  /** Lines for sshd_config. */
  readonly settings?: readonly string[];
  /** Lines for ssh_config's Host server. */
  readonly client?: readonly string[];
}

const sshd = "/usr/sbin/sshd";

export async function startSshServer({ settings = [], client = [] }: SshServerOptions = {}): Promise<SshServer> {
  const folder = await tempFolder("sshd");
  const at = (name: string): string => join(folder.path, name);
  makeKey(at("host_key"));
  makeKey(at("user_key"));
  const port = await freePort();
  const hostKey = (await readFile(at("host_key.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
  await writeFile(at("known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
  await writeFile(at("authorized_keys"), await readFile(at("user_key.pub")), { mode: 0o600 });
  await writeFile(at("sshd_config"), serverConfig(folder.path, port, settings));
  await writeFile(at("ssh_config"), clientConfig(folder.path, port, client));
  const server = new Server(folder, port);
  await server.start();
  return server;
}

class Server implements SshServer {
  readonly port: number;
  readonly folder: string;
  readonly args: readonly string[];
  readonly configFile: string;
  readonly knownHosts: string;
  readonly userKey: string;
  readonly #temp: TempFolder;
  #child: ChildProcess | undefined;

  constructor(temp: TempFolder, port: number) {
    this.port = port;
    this.folder = temp.path;
    this.configFile = join(temp.path, "ssh_config");
    this.knownHosts = join(temp.path, "known_hosts");
    this.userKey = join(temp.path, "user_key");
    this.args = ["-F", this.configFile];
    this.#temp = temp;
  }

  async start(): Promise<void> {
    // sshd run by root insists on it; the package leaves it to the system's start.
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    const words = ["-D", "-e", "-f", join(this.folder, "sshd_config"), "-E", join(this.folder, "sshd.log")];
    const child = spawn(sshd, words, { stdio: "ignore" });
    this.#child = child;
    const failed = once(child, "exit").then(async () => {
      throw new Error(`sshd ended: ${await readFile(join(this.folder, "sshd.log"), "utf8").catch(() => "no log")}`);
    });
    failed.catch(() => undefined);
    await Promise.race([failed, answers(this.port)]);
  }

  connections(): number[] {
    return descendants(this.#child?.pid ?? 0);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    for (const pid of [child.pid, ...descendants(child.pid)]) killIfThere(pid);
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#temp[Symbol.asyncDispose]();
  }
}

function serverConfig(folder: string, port: number, settings: readonly string[]): string {
  return [
    ...settings,
    "ListenAddress 127.0.0.1",
    `Port ${port}`,
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "MaxStartups 100",
    ...(settings.some((line) => line.startsWith("Subsystem")) ? [] : ["Subsystem sftp /usr/lib/openssh/sftp-server"]),
    "",
  ].join("\n");
}

function clientConfig(folder: string, port: number, client: readonly string[]): string {
  const common = [
    `  UserKnownHostsFile ${folder}/known_hosts`,
    "  GlobalKnownHostsFile /dev/null",
    "  IdentityAgent none",
    "  IdentitiesOnly yes",
  ];
  const of = (name: string, lines: readonly string[]): string[] => [
    `Host ${name}`,
    ...lines.map((line) => `  ${line}`),
    "  HostName 127.0.0.1",
    `  Port ${port}`,
    `  User ${userInfo().username}`,
    `  IdentityFile ${folder}/user_key`,
    ...common,
  ];
  return [...of("server", client), ...of("jumped", ["ProxyJump server"]), "Host *", ...common, ""].join("\n");
}

export function makeKey(path: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path]);
}

/** A port where nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, "127.0.0.1");
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

function descendants(pid: number): number[] {
  const children = childrenOf(pid);
  return [...children, ...children.flatMap(descendants)];
}

function childrenOf(pid: number): number[] {
  const text = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" });
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child = 0]) => child);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
