/** A lock. Source: restic's doc/design.rst, "Locks"; internal/repository/lock_file.go. */
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { damaged } from "./damaged.ts";
import { parseObject } from "./json-value.ts";
import { type TimeText, timeText } from "./time-text.ts";

export interface LockFile {
  readonly time: TimeText;
  readonly exclusive: boolean;
  readonly hostname: string;
  readonly username: string;
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

export function encodeLock(lock: LockFile): Buffer {
  const { time, exclusive, hostname, username, pid, uid, gid } = lock;
  // restic leaves uid and gid out when they are 0 (omitempty)
  const ids = { ...(uid === 0 ? {} : { uid }), ...(gid === 0 ? {} : { gid }) };
  return Buffer.from(`${JSON.stringify({ time, exclusive, hostname, username, pid, ...ids })}\n`);
}

/** Tolerates missing owners: a lock must be seen whoever wrote it. OBJECT_DAMAGED where there is no time. */
export function decodeLock(bytes: Uint8Array, what: AnyReason): LockFile {
  const json = parseObject(bytes, what);
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const count = (value: unknown): number => (typeof value === "number" ? value : 0);
  const time = timeText(text(json["time"]));
  if (time === undefined) throw damaged(what, reason("fieldMissing", { field: "time" }));
  return {
    time,
    exclusive: json["exclusive"] === true,
    hostname: text(json["hostname"]),
    username: text(json["username"]),
    pid: count(json["pid"]),
    uid: count(json["uid"]),
    gid: count(json["gid"]),
  };
}
