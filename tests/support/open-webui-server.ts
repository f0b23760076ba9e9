/** The real Open WebUI, on loopback, in a process of its own that never outlives the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { modelName } from "./openai-stand-in.ts";

/** Asks the kernel (Linux) to kill the app when this process ends, however it ends; then runs Open WebUI's own command. */
const launch = `
import ctypes, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
from open_webui import app
sys.argv[0] = "open-webui"
app()
`;

export interface OpenWebuiOptions {
  /** The interpreter of an environment that has open-webui installed. */
  readonly python: string;
  readonly dataDir: string;
  /** Base URL of what answers embeddings and chats, see openai-stand-in.ts. */
  readonly openAiUrl: string;
  readonly secretKey: string;
  /** Where the app's working directory, home and log go. */
  readonly scratchDir: string;
  readonly readyTimeoutMs?: number;
}

export interface OpenWebuiServer extends AsyncDisposable {
  readonly baseUrl: string;
  /** What it has printed so far. */
  log(): Promise<string>;
  /** Asks it to end, as `docker stop` does; kills it after ten seconds. Idempotent. */
  stop(): Promise<void>;
}

/** Resolves once the app answers; rejects with the end of its log when it does not. */
export async function startOpenWebui(options: OpenWebuiOptions): Promise<OpenWebuiServer> {
  const workDir = path.join(options.scratchDir, "work");
  await mkdir(workDir, { recursive: true });
  const logFile = path.join(options.scratchDir, "open-webui.log");
  const port = await freePort();
  const log = openSync(logFile, "a");
  const child = spawn(options.python, ["-c", launch, "serve", "--host", "127.0.0.1", "--port", String(port)], {
    cwd: workDir,
    env: environment(options),
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const server: OpenWebuiServer = {
    baseUrl: `http://127.0.0.1:${port}`,
    log: () => readFile(logFile, "utf8"),
    stop: () => stop(child),
    [Symbol.asyncDispose]: () => stop(child),
  };
  try {
    await untilReady(server.baseUrl, child, options.readyTimeoutMs ?? 180_000);
  } catch (error) {
    await server.stop();
    throw new Error(`Open WebUI did not start:\n${(await server.log()).slice(-6000)}`, { cause: error });
  }
  return server;
}

function environment(options: OpenWebuiOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    LANG: "C.UTF-8",
    HOME: options.scratchDir,
    PYTHONUNBUFFERED: "1",
    DATA_DIR: options.dataDir,
    WEBUI_SECRET_KEY: options.secretKey,
    ENABLE_SIGNUP: "true",
    DEFAULT_USER_ROLE: "user",
    OPENAI_API_BASE_URL: options.openAiUrl,
    OPENAI_API_KEY: "stand-in",
    ENABLE_OLLAMA_API: "false",
    RAG_EMBEDDING_ENGINE: "openai",
    RAG_EMBEDDING_MODEL: modelName,
    RAG_OPENAI_API_BASE_URL: options.openAiUrl,
    RAG_OPENAI_API_KEY: "stand-in",
    CHUNK_SIZE: "400",
    CHUNK_OVERLAP: "40",
    BYPASS_MODEL_ACCESS_CONTROL: "true",
    USER_PERMISSIONS_WORKSPACE_KNOWLEDGE_ACCESS: "true",
    AUDIT_LOG_LEVEL: "METADATA",
    OFFLINE_MODE: "true",
    HF_HUB_OFFLINE: "1",
    ENABLE_VERSION_UPDATE_CHECK: "false",
    ANONYMIZED_TELEMETRY: "false",
    DO_NOT_TRACK: "true",
    SCARF_NO_ANALYTICS: "true",
    CORS_ALLOW_ORIGIN: "*",
  };
}

async function untilReady(baseUrl: string, child: ChildProcess, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
    }
    const answered = await fetch(`${baseUrl}/health`, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no answer from ${baseUrl} within ${timeoutMs} ms`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "close");
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(killer);
}

/** A port of loopback that nobody listens on right now. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
