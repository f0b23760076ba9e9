/** The contract of places for plain copies in buckets of S3 servers that others wrote. */
import { after } from "node:test";
import { testPlaceContract } from "../../src/plain/contract/place-contract.ts";
import { s3Place } from "../../src/plain/place/s3/s3-place.ts";
import { startS3Server } from "../support/s3-server.ts";

for (const program of ["minio", "versitygw"] as const) {
  const server = await startS3Server(program);
  after(() => server[Symbol.asyncDispose]());
  Object.assign(process.env, server.env);
  let made = 0;
  testPlaceContract(program, async () => {
    made += 1;
    const place = { endpoint: server.endpoint, bucket: "plain", prefix: `a b/${made}`, env: process.env };
    const open = async () => s3Place({ location: `s3:${server.endpoint}/plain/${made}`, ...place });
    const first = await open();
    return { place: first, again: open, [Symbol.asyncDispose]: () => first.close() };
  });
}
