import assert from "node:assert/strict";
import { it } from "node:test";
import type { ZoneOffset } from "../../base/time-zone.ts";
import type { TimeText } from "../format/time-text.ts";
import { timeTextOfNs } from "../format/time-text.ts";
import { before, calendarTime, periodName } from "./calendar.ts";

const hour = 3_600_000;
/** Central Europe in 2026: summer time from 29 March to 25 October. */
const berlin: ZoneOffset = (utcMs) =>
  utcMs >= Date.UTC(2026, 2, 29, 1) && utcMs < Date.UTC(2026, 9, 25, 1) ? 2 * hour : hour;
const none = { years: 0, months: 0, days: 0, hours: 0 };

function time(text: string) {
  return calendarTime(text as TimeText);
}

function beforeText(text: string, duration: Partial<typeof none>, zone: ZoneOffset = () => 0): string | undefined {
  const ns = before(time(text), { ...none, ...duration }, zone);
  return ns === undefined ? undefined : timeTextOfNs(ns);
}

it("names periods in the offset a time is written with", () => {
  const late = time("2026-11-23T23:30:00.5-02:00");
  assert.equal(periodName(late, "hourly"), "2026-11-23T23");
  assert.equal(periodName(late, "daily"), "2026-11-23");
  assert.equal(periodName(late, "monthly"), "2026-11");
  assert.equal(periodName(late, "yearly"), "2026");
  assert.equal(periodName(time("2026-11-24T01:30:00.5Z"), "daily"), "2026-11-24");
});

it("weeks are those of ISO 8601, which share a year's end with the next year", () => {
  const weeks = ["2024-12-29", "2024-12-30", "2025-01-05", "2026-12-31", "2027-01-03", "2027-01-04", "2023-01-01"];
  assert.deepEqual(
    weeks.map((day) => periodName(time(`${day}T12:00:00Z`), "weekly")),
    ["2024-W52", "2025-W1", "2025-W1", "2026-W53", "2026-W53", "2027-W1", "2022-W52"],
  );
});

it("months are taken off as a calendar does, and what overflows goes on", () => {
  assert.equal(beforeText("2026-11-23T10:00:00.123456789Z", { months: 11 }), "2025-12-23T10:00:00.123456789Z");
  assert.equal(beforeText("2026-03-31T10:00:00Z", { months: 1 }), "2026-03-03T10:00:00Z");
  assert.equal(beforeText("2024-02-29T10:00:00Z", { years: 1 }), "2023-03-01T10:00:00Z");
  assert.equal(beforeText("2026-01-01T00:30:00Z", { days: 1, hours: 1 }), "2025-12-30T23:30:00Z");
});

it("a day has 23 or 25 hours where clocks are set, for times in the zone of this machine", () => {
  // 12:00 on the day after summer time began: the same hour the day before is 24 h earlier, the day before that 25 h.
  assert.equal(beforeText("2026-03-30T12:00:00+02:00", { days: 2 }, berlin), "2026-03-28T11:00:00Z");
  assert.equal(beforeText("2026-03-30T12:00:00Z", { days: 2 }, berlin), "2026-03-28T12:00:00Z");
  assert.equal(beforeText("2026-03-30T12:00:00-07:00", { days: 2 }, berlin), "2026-03-28T19:00:00Z");
});

it("what lies before all time is told apart", () => {
  assert.equal(beforeText("2026-11-23T10:00:00Z", { years: 999_999 }), undefined);
  assert.equal(beforeText("2026-11-23T10:00:00Z", { years: 2000 }), "0026-11-23T10:00:00Z");
});
