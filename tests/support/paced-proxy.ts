/** A slow line to a server: what is sent to it passes at so many bytes a second, for all connections together. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { Pace } from "../../src/base/pace.ts";

export interface PacedProxy extends AsyncDisposable {
  readonly port: number;
}

export async function startPacedProxy(upstreamPort: number, bytesPerSecond: number): Promise<PacedProxy> {
  const pace = new Pace(bytesPerSecond, systemClock);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(upstreamPort, "127.0.0.1");
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    upstream.pipe(client);
    client.on("data", (chunk: Buffer) => {
      client.pause();
      void pace.take(chunk.length).then(() => {
        upstream.write(chunk);
        client.resume();
      });
    });
    client.on("end", () => upstream.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}
