/** Backups over SFTP through a line that cuts connections, stalls and flips bits. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { backUpThroughFaults } from "../support/faulty-network.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { lineFaults, startTcpFaultProxy } from "../support/tcp-fault-proxy.ts";

const rounds = process.env["OBHUT_LONG"] ? 14 : 3;

it(`${rounds} backups through a line that cuts, stalls and flips`, async () => {
  await using server = await startSshServer();
  // The key is the server's, whatever port it is reached at.
  const known = join(server.folder, "known_any_port");
  await writeFile(known, `backup ${await readFile(join(server.folder, "host_key.pub"), "utf8")}`);
  const folder = join(server.folder, "repository");
  const placeAt = (port: string) => ({
    url: `sftp:server:${folder}`,
    folder,
    words: [
      "-o",
      `sftp.args=${server.args.join(" ")} -p ${port} -o HostKeyAlias=backup -o UserKnownHostsFile=${known}`,
    ],
  });
  await backUpThroughFaults({
    rounds,
    upstream: String(server.port),
    placeAt,
    startProxy: async (upstream, random) => {
      // The first connection always has one, so that no round is without.
      let count = 0;
      const proxy = await startTcpFaultProxy(Number(upstream), () => {
        count += 1;
        if (count > 1 && random.fraction() > 0.4) return undefined;
        const fault = lineFaults[random.below(lineFaults.length)] ?? "cut";
        return { fault, afterBytes: 2_000 + random.below(200_000) };
      });
      return { url: String(proxy.port), done: proxy.done, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
    },
  });
});
