import assert from "node:assert/strict";
import { test } from "node:test";
import { withYears, yearsIn, yearsSection, yearsVerdicts } from "./report-years.ts";

const took = (cpuS: number, peakMiB: number) => ({ wallS: 2 * cpuS, cpuS, peakMiB });
const figures = {
  snapshots: 10_000,
  blobs: 1_000_000,
  rounds: 3,
  works: [
    { name: "`snapshots`", obhut: took(1, 170), restic: took(2, 80) },
    { name: "open, then `ls latest`", obhut: took(3, 300), restic: took(2, 190) },
  ],
};
const section = (date: string): string => yearsSection(figures, { date, loadBefore: 0.7, versions: ["a", "b"] });

test("the section is put at the end, replaced where it is, and found again", () => {
  const first = withYears("# Results\n\ntext\n", section("2030-01-01"));
  assert.match(first, /^# Results\n\ntext\n\n<!-- years/);
  assert.match(first, /10,000 snapshots and 1,000,000 blobs.*busy/);
  const later = withYears(`${first}\n## More\n`, section("2030-01-02"));
  assert.ok(!later.includes("2030-01-01") && later.includes("2030-01-02") && later.endsWith("## More\n"));
  assert.equal(yearsIn(later), section("2030-01-02"));
  assert.equal(withYears("# Results\n", yearsIn("nothing")), "# Results\n");
});

test("floors can be missed", () => {
  assert.deepEqual(
    yearsVerdicts(figures).map(({ reached }) => reached),
    [true, false],
  );
});
