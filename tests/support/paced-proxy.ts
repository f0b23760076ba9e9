/** A slow line to a server: what is sent to it passes at so many bytes a second, for all connections together. */
import { connect, createServer } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { Pace } from "../../src/base/pace.ts";
import { type Listening, SocketPairs } from "./socket-pairs.ts";

export async function startPacedProxy(upstreamPort: number, bytesPerSecond: number): Promise<Listening> {
  const pace = new Pace(bytesPerSecond, systemClock);
  const pairs = new SocketPairs();
  const server = createServer((client) => {
    const upstream = connect(upstreamPort, "127.0.0.1");
    pairs.join(client, upstream);
    upstream.pipe(client);
    client.on("data", (chunk: Buffer) => {
      client.pause();
      void pace.take(chunk.length).then(() => {
        upstream.write(chunk);
        client.resume();
      });
    });
    client.on("end", () => upstream.end());
  });
  return await pairs.serve(server);
}
