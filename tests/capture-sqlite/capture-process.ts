/**
 * Captures in a process of its own, so that a test can have it be another user, see another mount or be killed. Takes a
 * `CaptureOrder` as JSON; prints how the database was captured and a hash of its rows, or the code of the error.
 */
import { bytePath } from "../../src/base/byte-path.ts";
import { systemClock } from "../../src/base/clock.ts";
import { ObhutError } from "../../src/base/errors.ts";
import { captureDatabase } from "../../src/host/sqlite/capture-database.ts";
import type { CaptureOrder, CaptureReport } from "./capture-order.ts";
import { rowsHash, rowsHashOfFile } from "./scene.ts";

async function carryOut(order: CaptureOrder): Promise<CaptureReport> {
  if (order.uid !== undefined) {
    process.setgroups?.([]);
    process.setgid?.(order.uid);
    process.setuid?.(order.uid);
  }
  const { mode = "live" } = order;
  const options = { scratchDir: bytePath(order.scratch), clock: systemClock, waitMs: 3_000, mode };
  try {
    await using captured = await captureDatabase(bytePath(order.database), options);
    if (order.keep) {
      console.log("held");
      await systemClock.sleep(60_000);
    }
    const rows = await rowsHash(captured);
    const copy = `${order.scratch}/copy-${process.pid}-${Date.now()}.db`;
    await captured.copyTo(bytePath(copy));
    await captured.release();
    return { how: captured.how, rows, copied: rowsHashOfFile(copy) };
  } catch (error) {
    if (error instanceof ObhutError) return { how: error.code, rows: "", copied: "" };
    throw error;
  }
}

console.log(JSON.stringify(await carryOut(JSON.parse(process.argv[2] ?? "") as CaptureOrder)));
