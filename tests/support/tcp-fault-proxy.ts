/** Stands between us and a server whose protocol it does not know, and does what lines do to connections: cut, delay, flip a bit. */
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Listening, SocketPairs } from "./socket-pairs.ts";

export const lineFaults = ["cut", "stall", "flip up", "flip down"] as const;
export type LineFault = (typeof lineFaults)[number];

export interface TcpFaultProxy extends Listening {
  /** What was done, by kind. */
  readonly done: ReadonlyMap<LineFault, number>;
}

/** `choose`: what to do to the next connection once it carried so many bytes; undefined: nothing. */
export async function startTcpFaultProxy(
  upstreamPort: number,
  choose: () => { readonly fault: LineFault; readonly afterBytes: number } | undefined,
): Promise<TcpFaultProxy> {
  const done = new Map<LineFault, number>();
  const pairs = new SocketPairs();
  const server = createServer((client) => {
    const upstream = connect(upstreamPort, "127.0.0.1");
    let plan = choose();
    let carried = 0;
    const pass = async (from: Socket, to: Socket, direction: "up" | "down", chunk: Buffer): Promise<void> => {
      carried += chunk.length;
      const isDue = plan !== undefined && carried >= plan.afterBytes;
      const fault = isDue ? plan?.fault : undefined;
      if (fault === undefined || (fault.startsWith("flip") && !fault.endsWith(direction))) return void to.write(chunk);
      plan = undefined;
      done.set(fault, (done.get(fault) ?? 0) + 1);
      if (fault === "cut") {
        to.write(chunk.subarray(0, chunk.length >> 1), () => to.destroy());
        return void from.destroy();
      }
      if (fault === "stall") await sleep(1_500);
      else chunk.writeUInt8(chunk.readUInt8(chunk.length >> 1) ^ 4, chunk.length >> 1);
      to.write(chunk);
    };
    pairs.join(client, upstream);
    for (const [from, to, direction] of [
      [client, upstream, "up"],
      [upstream, client, "down"],
    ] as const) {
      from.on("data", (chunk: Buffer) => {
        from.pause();
        void pass(from, to, direction, chunk).then(() => from.resume());
      });
    }
  });
  return { ...(await pairs.serve(server)), done };
}
