import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { bytePath } from "../base/byte-path.ts";
import { isDistantFolder, isDistantType, lockTrust, lockTrustOf } from "./file-systems.ts";

const at = (type: number, realPath = "/srv/data/webui.db") => lockTrustOf({ type, realPath });

test("local file systems are trusted, whatever sign statfs gives their number", () => {
  assert.deepEqual(at(0xef53), { trusted: true, filesystem: "ext4" });
  for (const type of [0x9123683e, 0x9123683e | 0]) assert.deepEqual(at(type), { trusted: true, filesystem: "btrfs" });
  for (const type of [0x58465342, 0x2fc12fc1, 0x01021994, 0xf2f52010, 0x794c7630]) assert.ok(at(type).trusted);
});

test("network, shared and unknown file systems are not, and are named", () => {
  const names = [0x6969, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x786f4256].map((type) => at(type));
  assert.deepEqual(
    names.map(({ filesystem }) => filesystem),
    ["nfs", "cifs", "smb3", "9p", "fuse", "vboxsf"],
  );
  assert.ok(names.every(({ trusted }) => !trusted));
  assert.deepEqual(at(0x12345), { trusted: false, filesystem: "0x12345" });
});

test("a container's merged view is trusted, the folders it is made of are not", () => {
  const layers = [
    "/var/lib/docker/overlay2/0a1b/diff/app/backend/data/webui.db",
    "/var/lib/containers/storage/overlay/0a1b/diff/app/webui.db",
    "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs/app/webui.db",
    "/var/lib/docker/overlay2/0a1b/work",
  ];
  for (const layer of layers) assert.equal(at(0xef53, layer).trusted, false, layer);
  assert.ok(at(0x794c7630, "/var/lib/docker/overlay2/0a1b/merged/app/backend/data/webui.db").trusted);
  assert.ok(at(0xef53, "/var/lib/docker/volumes/open-webui/_data/webui.db").trusted);
});

test("the folder for temporary files of this machine is trusted", async () => {
  assert.ok((await lockTrust(bytePath(tmpdir()))).trusted);
  await assert.rejects(lockTrust(bytePath("/nowhere/at/all")), { code: "ENOENT" });
});

test("a network's file systems lie elsewhere, this machine's and those nobody knows do not", async () => {
  for (const type of [0x6969, 0xff534d42, 0xfe534d42 | 0, 0x65735546, 0x01021997]) assert.ok(isDistantType(type));
  for (const type of [0xef53, 0x9123683e | 0, 0x01021994, 0x7461636f, 0x12345]) assert.ok(!isDistantType(type));
  assert.equal(await isDistantFolder(tmpdir()), false);
  assert.equal(await isDistantFolder("/nowhere/at/all"), false);
});
