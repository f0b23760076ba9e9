/** Stands between us and an HTTP server and does what networks and busy servers do, as a seed says. */
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export const faults = ["500", "503", "429", "cut", "cut upload", "cut answer", "delay", "flip"] as const;
export type Fault = (typeof faults)[number];

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** What was done, by kind. */
  readonly done: ReadonlyMap<Fault, number>;
}

export interface FaultProxyOptions {
  /** `http://host:port/` of the real server. */
  readonly upstream: string;
  /** What to do to the next request; undefined: nothing. */
  readonly choose: (request: { readonly method: string; readonly path: string }) => Fault | undefined;
}

export async function startFaultProxy({ upstream, choose }: FaultProxyOptions): Promise<FaultProxy> {
  const done = new Map<Fault, number>();
  const server = createServer((request, answer) => {
    const fault = choose({ method: request.method ?? "", path: request.url ?? "" });
    if (fault !== undefined) done.set(fault, (done.get(fault) ?? 0) + 1);
    handle(upstream, fault, request, answer).catch(() => request.socket.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, done, [Symbol.asyncDispose]: close };
}

async function handle(
  upstream: string,
  fault: Fault | undefined,
  request: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  if (fault === "cut") return void request.socket.destroy();
  const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
  if (fault === "500" || fault === "503" || fault === "429") return void answer.writeHead(Number(fault)).end("busy");
  if (fault === "delay") await sleep(1_500);
  // The server sees a body that ends too early, and we see the connection go.
  const sent = fault === "cut upload" ? body.subarray(0, body.length >> 1) : body;
  const told = httpRequest(new URL(request.url ?? "/", upstream), {
    method: request.method ?? "GET",
    headers: request.headers,
  });
  told.on("error", () => request.socket.destroy());
  told.write(sent);
  if (fault === "cut upload" && body.length > 0) {
    told.destroy();
    return void request.socket.destroy();
  }
  told.end();
  const [real] = (await once(told, "response")) as [IncomingMessage];
  const bytes = Buffer.concat(await Array.fromAsync(real as AsyncIterable<Buffer>));
  answer.writeHead(real.statusCode ?? 502, real.headers);
  if (fault === "flip" && bytes.length > 0) bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 4, bytes.length >> 1);
  if (fault !== "cut answer" || bytes.length === 0) return void answer.end(bytes);
  answer.write(bytes.subarray(0, bytes.length >> 1));
  await sleep(20);
  request.socket.destroy();
}
