/** An HTTP proxy on loopback: CONNECT for HTTPS, whole addresses for HTTP. Counts what goes through it. */
import { createServer, request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { SocketPairs } from "./socket-pairs.ts";

export interface HttpProxy extends AsyncDisposable {
  readonly url: string;
  /** `host:port` of each CONNECT, and of each request. */
  readonly asked: readonly string[];
}

export async function startHttpProxy(): Promise<HttpProxy> {
  const asked: string[] = [];
  const pairs = new SocketPairs();
  const server = createServer((request, answer) => {
    const { host } = new URL(request.url ?? "");
    asked.push(host);
    const { method = "GET", headers } = request;
    const onward = httpRequest(request.url ?? "", { method, headers }, (real) => {
      answer.writeHead(real.statusCode ?? 502, real.headers);
      real.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    request.pipe(onward);
  });
  server.on("connect", (request, client: Socket) => {
    asked.push(request.url ?? "");
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.pipe(client);
      client.pipe(upstream);
    });
    pairs.join(client, upstream);
  });
  const listening = await pairs.serve(server);
  const close = async (): Promise<void> => {
    await listening[Symbol.asyncDispose]();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${listening.port}`, asked, [Symbol.asyncDispose]: close };
}
