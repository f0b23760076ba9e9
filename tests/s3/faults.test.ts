/** Backups to an S3 server through a network that does everything wrong. */
import { it } from "node:test";
import { backUpThroughFaults } from "../support/faulty-network.ts";
import { startS3Server } from "../support/s3-server.ts";

const rounds = process.env["OBHUT_LONG"] ? 40 : 3;

it(`${rounds} backups through a proxy that cuts, delays, refuses and flips`, async () => {
  await using server = await startS3Server("versitygw");
  const placeAt = (url: string) => ({ url: `s3:${url.replace(/\/$/, "")}/obhut/prefix`, env: server.env });
  await backUpThroughFaults({ rounds, upstream: `${server.endpoint}/`, placeAt });
});
