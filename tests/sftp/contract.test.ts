/** The storage contract against OpenSSH's own server. */
import { join } from "node:path";
import { after } from "node:test";
import { testStorageContract } from "../../src/storage/contract/storage-contract.ts";
import { sftpStorage } from "../../src/storage/sftp/sftp-storage.ts";
import { startSshServer } from "../support/ssh-server.ts";

const server = await startSshServer();
after(() => server[Symbol.asyncDispose]());
let made = 0;

testStorageContract("sftp", async () => {
  made += 1;
  const path = join(server.folder, `place-${made}`, "repo");
  const storage = sftpStorage({ location: "sftp:server", place: { host: "server" }, path, args: server.args });
  return { storage, [Symbol.asyncDispose]: () => storage.close() };
});
