import assert from "node:assert/strict";
import { it } from "node:test";
import { durationText } from "../repository/forget/retention-policy.ts";
import { parseGrouping, parseKeepCount, parseKeepDuration } from "./retention.ts";

it("counts are numbers, or all", () => {
  assert.deepEqual(["0", "7", "unlimited", "-1"].map(parseKeepCount), [0, 7, Infinity, Infinity]);
  for (const wrong of ["", "-2", "1.5", "x", "7d", "1e3", "9999999999", " 7"]) {
    assert.equal(parseKeepCount(wrong), undefined, wrong);
  }
});

it("durations are years, months, days and hours in any order", () => {
  assert.deepEqual(parseKeepDuration("1y5m7d2h"), { years: 1, months: 5, days: 7, hours: 2 });
  assert.deepEqual(parseKeepDuration("36h2d"), { years: 0, months: 0, days: 2, hours: 36 });
  for (const wrong of ["", "1", "1w", "y", "1y ", "-1d", "1.5d", "1Y"])
    assert.equal(parseKeepDuration(wrong), undefined, wrong);
  for (const text of ["1y5m7d2h", "36h", "14d"])
    assert.equal(durationText(parseKeepDuration(text) ?? assert.fail()), text);
});

it("groups are named in the singular or the plural; nothing is one group", () => {
  assert.deepEqual([...(parseGrouping("hosts,path") ?? [])], ["host", "paths"]);
  assert.deepEqual([...(parseGrouping("tag,tags,paths,host") ?? [])], ["tags", "paths", "host"]);
  assert.deepEqual([...(parseGrouping("") ?? ["no"])], []);
  assert.equal(parseGrouping("host,user"), undefined);
});
