import assert from "node:assert/strict";
import { test } from "node:test";
import { messagesIn } from "../../../tests/support/messages.ts";
import { formatClock, formatCount, formatDuration, formatSize } from "../../messages/format-values.ts";
import { ProgressMeter, progressLine } from "./progress-line.ts";
import { clipped, displayWidth, labelLines, printable, tableLines, wrapped } from "./table.ts";

test("a line says how far, how fast and how long still", () => {
  const meter = new ProgressMeter();
  const total = { filesDone: 3, bytesTotal: 400 * 1024 * 1024, phase: "store" } as const;
  meter.update({ ...total, bytesDone: 0 }, 1_000);
  meter.update({ ...total, bytesDone: 100 * 1024 * 1024, current: "webui.db" }, 3_000);
  const base = { meter, nowMs: 3_000, columns: 120, drawn: true } as const;
  assert.equal(
    progressLine({ ...base, messages: messagesIn("en"), language: "en" }),
    "storing  [#####---------------]  25 %  100 MiB of 400 MiB  3 files  50.0 MiB/s  0:06 left  webui.db",
  );
  assert.equal(
    progressLine({ ...base, drawn: false, messages: messagesIn("de"), language: "de" }),
    "sichern   25 %  100 MiB von 400 MiB  3 Dateien  50,0 MiB/s  noch 0:06",
  );
});

test("a line is never wider than the terminal", () => {
  const meter = new ProgressMeter();
  meter.update({ phase: "capture", filesDone: 1, bytesDone: 5, bytesTotal: 10, current: "ä".repeat(300) }, 0);
  for (const columns of [1, 10, 40, 79, 200]) {
    const line = progressLine({ meter, nowMs: 9, columns, messages: messagesIn("de"), language: "de", drawn: true });
    assert.ok(displayWidth(line) <= columns, `${columns}: ${line}`);
  }
});

test("the speed is that of the last seconds, and of this phase", () => {
  const meter = new ProgressMeter();
  for (let second = 0; second <= 20; second += 1) {
    meter.update({ phase: "store", filesDone: 0, bytesDone: second < 10 ? 0 : (second - 10) * 100 }, second * 1000);
  }
  assert.equal(Math.round(meter.speed(20_000) ?? 0), 100);
  meter.update({ phase: "verify", filesDone: 0, bytesDone: 0 }, 21_000);
  assert.equal(meter.speed(21_000), undefined);
});

test("sizes, counts and durations", () => {
  assert.equal(formatSize(0, "en"), "0 B");
  assert.equal(formatSize(1023, "en"), "1023 B");
  assert.equal(formatSize(1536, "en"), "1.50 KiB");
  assert.equal(formatSize(1536, "de"), "1,50 KiB");
  assert.equal(formatSize(1024 ** 3 - 1, "en"), "1.00 GiB");
  assert.equal(formatSize(15 * 1024 ** 2, "en"), "15.0 MiB");
  assert.equal(formatCount(1234567, "de"), "1.234.567");
  assert.equal(formatCount(999, "en"), "999");
  assert.equal(formatDuration(420, "de"), "0,42 s");
  assert.equal(formatDuration(125_000, "en"), "2:05 min");
  assert.equal(formatClock(3725), "1:02:05");
});

test("tables align what is wide, and hide what would move the cursor", () => {
  assert.deepEqual(
    tableLines(
      [{ title: "Größe", align: "right" }, { title: "Pfad" }],
      [
        ["1 B", "/日本"],
        ["22 KiB", "/b"],
      ],
    ),
    [" Größe  Pfad", "------  -----", "   1 B  /日本", "22 KiB  /b"],
  );
  assert.deepEqual(
    labelLines([
      ["a", "1"],
      ["longer", "2"],
      ["gone", undefined],
    ]),
    ["a:       1", "longer:  2"],
  );
  assert.equal(printable("a\u001b[2Jb\n"), "a\\x1b[2Jb\\x0a");
  assert.equal(clipped("abcdef", 4), "abc…");
  assert.deepEqual(wrapped("one two three", 7), ["one two", "three"]);
});
