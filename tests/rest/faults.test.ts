/** Backups to a REST server through a network that does everything wrong. */
import { it } from "node:test";
import { backUpThroughFaults } from "../support/faulty-network.ts";
import { startRestServer } from "../support/rest-server.ts";

const rounds = process.env["OBHUT_LONG"] ? 40 : 3;

it(`${rounds} backups through a proxy that cuts, delays, refuses and flips`, async () => {
  await using server = await startRestServer();
  await backUpThroughFaults({
    rounds,
    upstream: server.url,
    placeAt: (url) => ({ url: `rest:${url}`, folder: server.data }),
  });
});
