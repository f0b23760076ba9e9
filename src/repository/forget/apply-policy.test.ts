import assert from "node:assert/strict";
import { it } from "node:test";
import { snapshotOfFacts } from "../../../tests/support/snapshot-files.ts";
import type { SnapshotId } from "../../base/ids.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import { applyPolicy } from "./apply-policy.ts";
import { reasonText } from "./reason-text.ts";
import { isEmptyPolicy, type RetentionPolicy } from "./retention-policy.ts";

const none: RetentionPolicy = { counts: {}, within: {}, tags: [] };

function snapshots(...facts: readonly (string | readonly [time: string, ...tags: string[]])[]): StoredSnapshot[] {
  return facts.map((fact, at) => {
    const [time, ...tags] = typeof fact === "string" ? [fact] : fact;
    return { ...snapshotOfFacts({ time, tags }), id: at.toString(16).padStart(64, "0") as SnapshotId };
  });
}

/** What is kept, newest first: the day of the month, and why. */
function kept(list: readonly StoredSnapshot[], policy: Partial<RetentionPolicy>): Record<string, string> {
  const decisions = applyPolicy(list, { ...none, ...policy }, () => 0);
  assert.equal(decisions.length, list.length);
  return Object.fromEntries(
    decisions
      .filter(({ reasons }) => reasons.length > 0)
      .map(({ snapshot, reasons }) => [snapshot.time.slice(5, 16), reasons.map(reasonText).join("; ")]),
  );
}

const month = snapshots(
  "2026-10-05T03:00:00Z",
  "2026-11-01T03:00:00Z",
  ["2026-11-02T03:00:00Z", "keep"],
  "2026-11-20T03:00:00Z",
  "2026-11-21T03:00:00Z",
  "2026-11-21T15:00:00Z",
  "2026-11-22T03:00:00Z",
);

it("counts keep the newest of each period, and the oldest of all for a count that is left", () => {
  assert.deepEqual(kept(month, { counts: { last: 2 } }), {
    "11-22T03:00": "last snapshot",
    "11-21T15:00": "last snapshot",
  });
  assert.deepEqual(kept(month, { counts: { daily: 2, monthly: 3 } }), {
    "11-22T03:00": "daily snapshot; monthly snapshot",
    "11-21T15:00": "daily snapshot",
    "10-05T03:00": "monthly snapshot",
  });
  assert.deepEqual(kept(month, { counts: { yearly: 2 } }), {
    "11-22T03:00": "yearly snapshot",
    "10-05T03:00": "oldest yearly snapshot",
  });
  assert.equal(Object.keys(kept(month, { counts: { last: Number.POSITIVE_INFINITY } })).length, month.length);
});

it("durations count from the newest snapshot, however long ago it was made", () => {
  const day = { years: 0, months: 0, days: 1, hours: 0 };
  assert.deepEqual(kept(month, { within: { all: day } }), { "11-22T03:00": "within 1d", "11-21T15:00": "within 1d" });
  const week = { ...day, days: 7 };
  assert.deepEqual(kept(month, { within: { daily: week, weekly: { ...day, days: 60 } } }), {
    "11-22T03:00": "daily within 7d; weekly within 60d",
    "11-21T15:00": "daily within 7d",
    "11-20T03:00": "daily within 7d",
    "11-02T03:00": "weekly within 60d",
    "11-01T03:00": "weekly within 60d",
    "10-05T03:00": "weekly within 60d",
  });
});

it("tags keep what bears all of one set; the empty one stands for a snapshot without any", () => {
  assert.deepEqual(kept(month, { tags: [["keep"], ["other"]] }), { "11-02T03:00": "has tags [keep]" });
  assert.deepEqual(kept(month, { tags: [["keep", "other"]] }), {});
  assert.equal(Object.keys(kept(month, { tags: [[""]] })).length, month.length - 1);
});

it("a policy without any rule that keeps something is empty", () => {
  const zero = { years: 0, months: 0, days: 0, hours: 0 };
  assert.ok(isEmptyPolicy({ counts: { last: 0 }, within: { all: zero }, tags: [] }));
  assert.ok(!isEmptyPolicy({ ...none, tags: [["a"]] }));
  assert.ok(!isEmptyPolicy({ ...none, within: { daily: { ...zero, hours: 1 } } }));
  assert.ok(!isEmptyPolicy({ ...none, counts: { yearly: Number.POSITIVE_INFINITY } }));
});

it("nothing at all is no trouble", () => {
  assert.deepEqual(
    applyPolicy([], { ...none, counts: { last: 1 } }, () => 0),
    [],
  );
});
