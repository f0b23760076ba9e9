import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { parseLocks, processName, usersOfFiles } from "./processes.ts";

test("a line of /proc/locks each, without waiters, flock and leases", () => {
  const text = [
    "1: POSIX  ADVISORY  READ 4242 08:01:131073 128 128",
    "1: -> POSIX  ADVISORY  WRITE 4243 08:01:131073 128 128",
    "2: FLOCK  ADVISORY  WRITE 17 fe:00:7340041 0 EOF",
    "3: OFDLCK ADVISORY  WRITE -1 00:2a:9 1073741826 1073742335",
    "4: POSIX  ADVISORY  WRITE 18 fe:00:10 0 EOF",
    "5: LEASE  ACTIVE    READ 19 fe:00:11 0 EOF",
    "",
  ].join("\n");
  assert.deepEqual(parseLocks(text), [
    { pid: 4242, exclusive: false, inode: 131_073n, from: 128, to: 128 },
    { pid: -1, exclusive: true, inode: 9n, from: 1_073_741_826, to: 1_073_742_335 },
    { pid: 18, exclusive: true, inode: 10n, from: 0, to: Number.POSITIVE_INFINITY },
  ]);
});

test("who has a file open is found, ourselves left out", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "obhut-processes-"));
  const file = path.join(folder, "file");
  writeFileSync(file, "x");
  const { dev, ino } = statSync(file, { bigint: true });
  const facts = { deviceId: dev, inode: ino };
  const own = openSync(file, "r");
  assert.deepEqual((await usersOfFiles([facts])).users, []);
  const other = spawn("sleep", ["30"], { stdio: [own, "ignore", "ignore"] });
  const { users } = await usersOfFiles([facts]);
  assert.deepEqual(users, [{ pid: other.pid, name: await processName(other.pid ?? 0) }]);
  other.kill();
  await once(other, "exit");
  closeSync(own);
  rmSync(folder, { recursive: true });
});
