import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { snapshotOfFacts } from "../../../tests/support/snapshot-files.ts";
import { isObhutError } from "../../base/errors.ts";
import type { SnapshotId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import { msOfTimeText, timeTextOfMs } from "../format/time-text.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import { type Grouping, groupings } from "./group-snapshots.ts";
import { newestComplete } from "./newest-complete.ts";
import { type ForgetRequest, keepingGood, type PlannedGroup, planForget, removedBy } from "./plan-forget.ts";
import { type KeepDuration, periods, type RetentionPolicy } from "./retention-policy.ts";

const nowMs = Date.UTC(2026, 10, 24, 4);
const dayMs = 86_400_000;

const snapshot: fc.Arbitrary<StoredSnapshot> = fc
  .record({
    id: fc.bigInt({ min: 0n, max: 2n ** 64n }).map((id) => id.toString(16).padStart(64, "0") as SnapshotId),
    time: fc.integer({ min: nowMs - 900 * dayMs, max: nowMs }).map(timeTextOfMs),
    hostname: fc.constantFrom("chat", "other"),
    paths: fc.constantFrom(["/data"], ["/a", "/b"], ["/b", "/a"]),
    tags: fc.subarray(["keep", "daily"]),
  })
  .map(({ id, ...facts }) => ({ ...snapshotOfFacts(facts), id }));
const history = fc.uniqueArray(snapshot, { minLength: 1, maxLength: 40, selector: ({ id }) => id });

const count = fc.oneof(fc.nat(6), fc.constant(Number.POSITIVE_INFINITY));
const duration: fc.Arbitrary<KeepDuration> = fc.record({
  years: fc.nat(1),
  months: fc.nat(7),
  days: fc.nat(40),
  hours: fc.nat(50),
});
/** Never empty: the newest is always wanted by something. */
const policy: fc.Arbitrary<RetentionPolicy> = fc.record({
  counts: fc
    .record(Object.fromEntries(["last", ...periods].map((rule) => [rule, count])), { requiredKeys: [] })
    .map((counts) => ({ daily: 1, ...counts })),
  within: fc.record(Object.fromEntries(["all", ...periods].map((rule) => [rule, duration])), { requiredKeys: [] }),
  tags: fc.constantFrom([], [["keep"]], [["keep", "daily"], [""]]),
});
const request: fc.Arbitrary<ForgetRequest> = fc.record({
  policy: policy.filter(({ counts }) => counts["daily"] !== 0),
  groupBy: fc.subarray([...groupings]).map((by) => new Set<Grouping>(by)),
  nowMs: fc.constant(nowMs),
  zone: fc.constantFrom(
    () => 0,
    () => 3_600_000,
  ),
});

function decisionsOf(groups: readonly PlannedGroup[]): Map<SnapshotId, string> {
  return new Map(
    groups.flatMap(({ decisions }) =>
      decisions.map(({ snapshot: { id }, reasons }) => [id, JSON.stringify(reasons)] as const),
    ),
  );
}

it("the order in which a storage lists its files decides nothing", () => {
  fc.assert(
    fc.property(
      history.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      request,
      ([list, shuffled], asked) => assert.deepEqual(planForget(shuffled, asked), planForget(list, asked)),
    ),
  );
});

it("every snapshot is decided on once, and nothing that is newer than one of the last goes", () => {
  fc.assert(
    fc.property(history, request, (list, asked) => {
      const groups = planForget(list, asked);
      assert.equal(decisionsOf(groups).size, list.length);
      for (const { decisions } of groups) {
        const oldestLast = decisions.findIndex(({ reasons }) => reasons.some(({ rule }) => rule === "last"));
        const newer = oldestLast < 0 ? decisions.slice(-1) : decisions.slice(oldestLast);
        assert.ok(newer.every(({ reasons }) => reasons.length > 0));
      }
    }),
  );
});

it("a snapshot from the future stays, and changes no decision about the others", () => {
  const ahead = fc.integer({ min: limits.futureSnapshotMs + 1, max: 5000 * dayMs });
  fc.assert(
    fc.property(history, request, snapshot, ahead, (list, asked, other, aheadMs) => {
      const future = { ...other, id: "e".repeat(64) as SnapshotId, time: timeTextOfMs(nowMs + aheadMs) };
      const decided = decisionsOf(planForget([...list, future], asked));
      assert.equal(decided.get(future.id), '[{"rule":"future"}]');
      decided.delete(future.id);
      assert.deepEqual(decided, decisionsOf(planForget(list, asked)));
    }),
  );
});

it("a clock that is minutes ahead is nobody's fault: such a snapshot counts", () => {
  const soon = { ...snapshotOfFacts({ time: timeTextOfMs(nowMs + limits.futureSnapshotMs) }), id: "a" as SnapshotId };
  const asked = {
    policy: { counts: { last: 1 }, within: {}, tags: [] },
    groupBy: new Set<Grouping>(),
    nowMs,
    zone: () => 0,
  };
  assert.deepEqual(decisionsOf(planForget([soon], asked)).get(soon.id), '[{"rule":"last","oldest":false}]');
});

it("the newest complete one is always kept, and its parts are found wherever they are", async () => {
  const parts = ["database", "uploads"] as const;
  const held = fc.array(fc.subarray([...parts]), { minLength: 40, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(history, request, held, async (list, asked, contents) => {
      const newestFirst = [...list].sort((a, b) => msOfTimeText(b.time) - msOfTimeText(a.time));
      const coverage = async (one: StoredSnapshot) => new Set(contents[list.indexOf(one)]);
      const good = await newestComplete(newestFirst, parts, coverage);
      const gone = new Set(removedBy(keepingGood(planForget(list, asked), good.snapshots)));
      for (const part of parts) {
        const holds = newestFirst.filter((one) => contents[list.indexOf(one)]?.includes(part));
        assert.ok(holds[0] === undefined || !gone.has(holds[0]), `the newest with ${part} goes`);
      }
      assert.ok(newestFirst.length === 0 || good.snapshots.size > 0);
    }),
  );
});

it("rules that would keep nothing of a group are refused, an empty policy is not", () => {
  const one = { ...snapshotOfFacts({ time: "2026-11-20T10:00:00Z" }), id: "a".repeat(64) as SnapshotId };
  const asked = { groupBy: new Set<Grouping>(["host"]), nowMs, zone: () => 0 };
  const tagged = { counts: {}, within: {}, tags: [["keep"]] };
  assert.throws(
    () => planForget([one], { ...asked, policy: tagged }),
    (error) => isObhutError(error, "FORGET_EMPTIES_GROUP") && error.params.group === "chat" && error.params.count === 1,
  );
  assert.deepEqual(removedBy(planForget([one], { ...asked, policy: { ...tagged, tags: [] } })), [one]);
  assert.deepEqual(planForget([], { ...asked, policy: tagged }), []);
});
