/** The storage contract through rclone's standard input and output, over a folder. */
import { join } from "node:path";
import { after } from "node:test";
import { testStorageContract } from "../../src/storage/contract/storage-contract.ts";
import { rcloneClient } from "../../src/storage/rclone/rclone-client.ts";
import { rcloneCommand } from "../../src/storage/rclone/rclone-command.ts";
import { restStorage } from "../../src/storage/rest/rest-storage.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";

const folder = await tempFolder("rclone");
after(() => folder[Symbol.asyncDispose]());
process.env["RCLONE_CONFIG"] = join(folder.path, "rclone.conf");
const program = [toolFromEnvironment("OBHUT_TEST_RCLONE")];
let made = 0;

testStorageContract("rclone", async () => {
  made += 1;
  const command = rcloneCommand(join(folder.path, `place-${made}`), { program });
  const client = rcloneClient({ location: "rclone:test", command, timeoutMs: 20_000 });
  const storage = restStorage({ location: "rclone:test", client, basePath: "/", connections: 5 });
  return { storage, [Symbol.asyncDispose]: () => storage.close() };
});
