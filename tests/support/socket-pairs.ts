/** What the proxies of the tests share: pairs of sockets that end together, and a server on loopback that takes all of them with it. */
import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";

export interface Listening extends AsyncDisposable {
  readonly port: number;
}

export class SocketPairs {
  readonly #sockets = new Set<Socket>();

  /** When one goes, the other goes too. */
  join(client: Socket, upstream: Socket): void {
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  }

  /** Resolves once the server listens. */
  async serve(server: Server): Promise<Listening> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const close = async (): Promise<void> => {
      for (const socket of this.#sockets) socket.destroy();
      server.close();
    };
    return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
  }
}
