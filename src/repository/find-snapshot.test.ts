import assert from "node:assert/strict";
import { it } from "node:test";
import { isObhutError } from "../base/errors.ts";
import type { BlobId, SnapshotId } from "../base/ids.ts";
import { endOfTime, filterSnapshots, findSnapshot, parseSnapshotQuery } from "./find-snapshot.ts";
import type { TimeText } from "./format/time-text.ts";
import type { StoredSnapshot } from "./snapshots.ts";

function snapshot(id: string, time: string, hostname = "chat", tags: string[] = []): StoredSnapshot {
  return {
    id: id.padEnd(64, "0") as SnapshotId,
    time: time as TimeText,
    tree: "f".repeat(64) as BlobId,
    paths: ["/open-webui"],
    hostname,
    username: "",
    uid: 0,
    gid: 0,
    excludes: [],
    tags,
    programVersion: "",
  };
}

const first = snapshot("aa11", "2026-11-20T10:00:00Z");
const second = snapshot("aa22", "2026-11-21T10:00:30.5Z", "chat", ["daily", "checked"]);
const other = snapshot("bb33", "2026-11-22T10:00:00Z", "other");
const all = [first, second, other];

it("finds by the digits an id begins with", () => {
  assert.equal(findSnapshot(all, "aa1"), first);
  assert.equal(findSnapshot(all, "BB33"), other);
  assert.equal(findSnapshot(all, second.id), second);
});

it("says when digits fit none or several", () => {
  for (const query of ["cc", "", "x", "g1", "aa11 "]) {
    assert.throws(
      () => findSnapshot(all, query),
      (e) => isObhutError(e, "SNAPSHOT_NOT_FOUND"),
      query,
    );
  }
  assert.throws(
    () => findSnapshot(all, "aa"),
    (e) => isObhutError(e, "SNAPSHOT_AMBIGUOUS") && e.params.matches === "aa110000, aa220000",
  );
});

it("latest is refused where several instances match", () => {
  assert.throws(
    () => findSnapshot(all, "latest"),
    (e) => isObhutError(e, "SEVERAL_INSTANCES") && e.params.instances === "chat, other",
  );
  assert.equal(findSnapshot(all, "latest", { instances: ["chat"] }), second);
  assert.equal(findSnapshot([first, second], "latest"), second);
  assert.throws(
    () => findSnapshot(all, "latest", { instances: ["none"] }),
    (e) => isObhutError(e, "INSTANCE_NOT_FOUND") && e.params.instance === "none",
  );
  assert.throws(
    () => findSnapshot([], "latest"),
    (e) => isObhutError(e, "SNAPSHOT_NOT_FOUND"),
  );
});

it("@time is the newest that is not after the day, minute or second named", () => {
  const mine = [first, second];
  assert.equal(findSnapshot(mine, "@2026-11-21T10:00:30Z"), second);
  assert.equal(findSnapshot(mine, "@2026-11-21T10:00Z"), second);
  assert.equal(findSnapshot(mine, "@2026-11-21T10:00:29Z"), first);
  assert.equal(findSnapshot(mine, "@2026-11-21T09:59Z"), first);
  assert.equal(findSnapshot(mine, "@2026-11-21T12:00+02:00"), second);
  assert.equal(findSnapshot(mine, "@2026-11-21T11:59+02:00"), first);
  assert.equal(findSnapshot(mine, "@2026-11-30"), second);
  assert.throws(
    () => findSnapshot(mine, "@2026-11-20T09:59Z"),
    (e) => isObhutError(e, "SNAPSHOT_NOT_FOUND"),
  );
  assert.throws(
    () => findSnapshot(mine, "@yesterday"),
    (e) => isObhutError(e, "USAGE") && /@yesterday/.test(e.message),
  );
  assert.throws(
    () => findSnapshot(all, "@2026-11-23"),
    (e) => isObhutError(e, "SEVERAL_INSTANCES"),
  );
});

it("a time without an offset is local", () => {
  assert.equal(endOfTime("2026-11-21T10:00"), new Date(2026, 10, 21, 10, 0, 59, 999).getTime());
  assert.equal(endOfTime("2026-11-21"), new Date(2026, 10, 21, 23, 59, 59, 999).getTime());
  assert.equal(endOfTime("2026-13-41"), undefined);
  assert.equal(endOfTime("10:00"), undefined);
});

it("filters by instance, tags and paths", () => {
  assert.deepEqual(filterSnapshots(all, {}), all);
  assert.deepEqual(filterSnapshots(all, { instances: ["other", "none"] }), [other]);
  assert.deepEqual(filterSnapshots(all, { tags: [["daily", "checked"]] }), [second]);
  assert.deepEqual(filterSnapshots(all, { tags: [["daily", "x"], ["checked"]] }), [second]);
  assert.deepEqual(filterSnapshots(all, { paths: ["/else"] }), []);
});

it("splits a path inside the snapshot from the query", () => {
  assert.deepEqual(parseSnapshotQuery("latest"), { query: "latest" });
  assert.deepEqual(parseSnapshotQuery("latest:/a//b/"), { query: "latest", subpath: "/a/b" });
  assert.deepEqual(parseSnapshotQuery("ab12:a"), { query: "ab12", subpath: "/a" });
  assert.deepEqual(parseSnapshotQuery("@2026-11-21T10:00"), { query: "@2026-11-21T10:00" });
  assert.deepEqual(parseSnapshotQuery("@2026-11-21T10:00:/a"), { query: "@2026-11-21T10:00", subpath: "/a" });
  assert.deepEqual(parseSnapshotQuery("latest:/"), { query: "latest" });
});
