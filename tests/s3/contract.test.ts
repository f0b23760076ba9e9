/** The storage contract against S3 servers that others wrote. */
import { after } from "node:test";
import { testStorageContract } from "../../src/storage/contract/storage-contract.ts";
import { s3Storage } from "../../src/storage/s3/s3-storage.ts";
import { type S3Program, startS3Server } from "../support/s3-server.ts";

const programs: readonly S3Program[] = ["minio", "versitygw"];

for (const program of programs) {
  const server = await startS3Server(program);
  after(() => server[Symbol.asyncDispose]());
  Object.assign(process.env, server.env);
  let made = 0;

  testStorageContract(`s3 (${program})`, async () => {
    made += 1;
    const { endpoint } = server;
    // Every second one at the bucket's root, with a bucket of its own.
    const place =
      made % 2 === 0 ? { bucket: `place-${made}`, prefix: "" } : { bucket: "places", prefix: `some/place-${made}` };
    const storage = s3Storage({ location: `s3:${endpoint}`, endpoint, ...place, env: process.env });
    return { storage, [Symbol.asyncDispose]: () => storage.close() };
  });
}
