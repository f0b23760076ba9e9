/** Which snapshot a person means. Pure: works on what `loadSnapshots` gave. */
import { ObhutError } from "../base/errors.ts";
import { shortId } from "../base/ids.ts";
import { reason } from "../base/reason-codes.ts";
import { msOfTimeText } from "./format/time-text.ts";
import type { SnapshotLabel } from "./snapshots.ts";

/** All conditions must hold; one that is absent or empty asks for nothing. */
export interface SnapshotFilter {
  /** Any of these; a snapshot's host is the instance's name. */
  readonly instances?: readonly string[];
  /** Each element is a set of tags that must all be there; any of the sets will do. As restic's repeated `--tag a,b`. */
  readonly tags?: readonly (readonly string[])[];
  /** All of these must be among the snapshot's paths. */
  readonly paths?: readonly string[];
}

export function filterSnapshots<One extends SnapshotLabel>(snapshots: readonly One[], filter: SnapshotFilter): One[] {
  const { instances = [], tags = [], paths = [] } = filter;
  return snapshots.filter(
    (snapshot) =>
      (instances.length === 0 || instances.includes(snapshot.hostname)) &&
      (tags.length === 0 || tags.some((set) => set.every((tag) => snapshot.tags.includes(tag)))) &&
      paths.every((path) => snapshot.paths.includes(path)),
  );
}

/** A query, and what of the snapshot is meant: `latest:/open-webui/data/uploads`. */
export interface SnapshotQuery {
  readonly query: string;
  /** Absolute, without `/` at its end; undefined for all. */
  readonly subpath?: string;
}

/** Splits `query:subpath`. Times hold colons too, so only one before a slash counts there. */
export function parseSnapshotQuery(text: string): SnapshotQuery {
  const at = text.startsWith("@") ? text.indexOf(":/") : text.indexOf(":");
  if (at < 0) return { query: text };
  const path = `/${text.slice(at + 1)}`.replace(/\/+/g, "/").replace(/\/$/, "");
  return path === "" ? { query: text.slice(0, at) } : { query: text.slice(0, at), subpath: path };
}

/**
 * The snapshot that `query` names: digits an id begins with, `latest`, or `@time`: the newest that is not after that day, minute or
 * second (`@2026-11-23`, `@2026-11-23T10:00`, `@2026-11-23T10:00:30Z`; local time where there is no offset).
 *
 * SNAPSHOT_NOT_FOUND, or INSTANCE_NOT_FOUND where the filter names one; USAGE for a time that is none; SNAPSHOT_AMBIGUOUS where digits fit
 * several; SEVERAL_INSTANCES where `latest` or `@time` do: whose newest snapshot it is must never be a matter of luck.
 */
export function findSnapshot<One extends SnapshotLabel>(
  snapshots: readonly One[],
  query: string,
  filter: SnapshotFilter = {},
): One {
  const candidates = filterSnapshots(snapshots, filter);
  if (query === "latest") return newest(candidates, query, filter);
  if (query.startsWith("@")) {
    const endMs = endOfTime(query.slice(1));
    if (endMs === undefined) throw new ObhutError("USAGE", { reason: reason("timeInvalid", { value: query }) });
    const early = candidates.filter((snapshot) => msOfTimeText(snapshot.time) <= endMs);
    return newest(early, query, filter);
  }
  return byPrefix(snapshots, query);
}

function byPrefix<One extends SnapshotLabel>(snapshots: readonly One[], query: string): One {
  const digits = query.toLowerCase();
  const found = /^[0-9a-f]{1,64}$/.test(digits) ? snapshots.filter((snapshot) => snapshot.id.startsWith(digits)) : [];
  const [first, second] = found;
  if (first === undefined) throw new ObhutError("SNAPSHOT_NOT_FOUND", { query });
  if (second === undefined) return first;
  throw new ObhutError("SNAPSHOT_AMBIGUOUS", { query, matches: found.map(({ id }) => shortId(id)).join(", ") });
}

function newest<One extends SnapshotLabel>(
  candidates: readonly One[],
  query: string,
  { instances: asked = [] }: SnapshotFilter,
): One {
  const instances = [...new Set(candidates.map((snapshot) => snapshot.hostname))].sort();
  if (instances.length > 1) throw new ObhutError("SEVERAL_INSTANCES", { query, instances: instances.join(", ") });
  const found = candidates.at(-1);
  if (found !== undefined) return found;
  if (asked.length === 0) throw new ObhutError("SNAPSHOT_NOT_FOUND", { query });
  throw new ObhutError("INSTANCE_NOT_FOUND", { query, instance: asked.join(", ") });
}

const timePattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** The last millisecond of the day, minute or second that `text` names, or undefined where it is no time. */
export function endOfTime(text: string): number | undefined {
  return spanOfTime(text)?.endMs;
}

/** The day, minute or second that `text` names, or undefined where it is no time. */
export function spanOfTime(text: string): { readonly startMs: number; readonly endMs: number } | undefined {
  const match = timePattern.exec(text);
  if (match === null) return undefined;
  const [, day = "", minute, second, offset = ""] = match;
  if (minute === undefined) return span(Date.parse(`${day}T00:00:00`), lastOf(Date.parse(`${day}T23:59:59`), 1000));
  const startMs = Date.parse(`${day}T${minute}${second ?? ":00"}${offset}`);
  if (second?.includes(".")) return span(startMs, lastOf(startMs, 1));
  return span(startMs, lastOf(startMs, second === undefined ? 60_000 : 1000));
}

function span(startMs: number, endMs: number | undefined): { startMs: number; endMs: number } | undefined {
  return endMs === undefined || Number.isNaN(startMs) ? undefined : { startMs, endMs };
}

function lastOf(startMs: number, unitMs: number): number | undefined {
  return Number.isNaN(startMs) ? undefined : startMs + unitMs - 1;
}
