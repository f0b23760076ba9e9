/** The contract of places for plain copies through rclone: over a folder of this machine, and over a bucket. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { testPlaceContract } from "../../src/plain/contract/place-contract.ts";
import { rclonePlace } from "../../src/plain/place/rclone/rclone-place.ts";
import { startS3Server } from "../support/s3-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";

const folder = await tempFolder("rclone-place");
const server = await startS3Server("versitygw");
after(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});
const config = join(folder.path, "rclone.conf");
const keys = `access_key_id = ${server.env["AWS_ACCESS_KEY_ID"]}\nsecret_access_key = ${server.env["AWS_SECRET_ACCESS_KEY"]}`;
const cloud = `[cloud]\ntype = s3\nprovider = Other\nendpoint = ${server.endpoint}\n${keys}\n`;
await writeFile(config, `[disk]\ntype = alias\nremote = ${folder.path}/disk [1]\n${cloud}`);
await mkdir(join(folder.path, "disk [1]"));
process.env["RCLONE_CONFIG"] = config;
let made = 0;

for (const [name, base] of [
  ["rclone, a folder", "disk:a [folder]"],
  ["rclone, a bucket", "cloud:plain-bucket"],
] as const) {
  testPlaceContract(name, async () => {
    made += 1;
    const remote = `${base}/place ${made}`;
    const open = () =>
      rclonePlace({
        location: `rclone:${remote}`,
        remote,
        program: [toolFromEnvironment("OBHUT_TEST_RCLONE")],
        transfers: 8,
        checkers: 8,
        timeoutMs: 20_000,
        scratchParent: folder.path,
        clock: systemClock,
      });
    const place = await open();
    return { place, again: open, [Symbol.asyncDispose]: () => place.close() };
  });
}
