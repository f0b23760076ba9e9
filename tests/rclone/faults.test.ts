/** Backups through rclone into a bucket, behind a network that does everything wrong. */
import { it } from "node:test";
import { backUpThroughFaults } from "../support/faulty-network.ts";
import { startS3Server } from "../support/s3-server.ts";
import { toolFromEnvironment } from "../support/tool.ts";

const rounds = process.env["OBHUT_LONG"] ? 14 : 3;

it(`${rounds} backups through a proxy that cuts, delays, refuses and flips`, async () => {
  await using server = await startS3Server("versitygw");
  const { AWS_ACCESS_KEY_ID: id = "", AWS_SECRET_ACCESS_KEY: secret = "" } = server.env;
  const placeAt = (url: string) => ({
    url: "rclone:cloud:bucket/repository",
    words: ["-o", `rclone.program=${toolFromEnvironment("OBHUT_TEST_RCLONE")}`],
    env: {
      RCLONE_CONFIG: "/dev/null",
      RCLONE_CONFIG_CLOUD_TYPE: "s3",
      RCLONE_CONFIG_CLOUD_PROVIDER: "Other",
      RCLONE_CONFIG_CLOUD_ENDPOINT: url.replace(/\/$/, ""),
      RCLONE_CONFIG_CLOUD_ACCESS_KEY_ID: id,
      RCLONE_CONFIG_CLOUD_SECRET_ACCESS_KEY: secret,
    },
  });
  await backUpThroughFaults({ rounds, upstream: `${server.endpoint}/`, placeAt });
});
