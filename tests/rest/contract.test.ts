/** The storage contract against `rclone serve restic`, in clear and over TLS. */
import { readFile } from "node:fs/promises";
import { after } from "node:test";
import { http1Client } from "../../src/host/http/http1-client.ts";
import { testStorageContract } from "../../src/storage/contract/storage-contract.ts";
import { restStorage } from "../../src/storage/rest/rest-storage.ts";
import { startRestServer } from "../support/rest-server.ts";

const clear = await startRestServer();
const secret = await startRestServer({ tls: true });
after(() => Promise.all([clear, secret].map((server) => server[Symbol.asyncDispose]())));
let made = 0;

for (const [name, server] of [
  ["rest", clear],
  ["rest over TLS", secret],
] as const) {
  const ca = server === secret ? [await readFile(server.caFile, "utf8")] : [];
  testStorageContract(name, async () => {
    made += 1;
    const client = http1Client({ origin: new URL(server.url).origin, connections: 5, tls: { ca } });
    const storage = restStorage({
      location: `rest:${server.url}`,
      client,
      basePath: `/place-${made}/`,
      connections: 5,
    });
    return { storage, [Symbol.asyncDispose]: () => storage.close() };
  });
}
