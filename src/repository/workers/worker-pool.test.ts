import assert from "node:assert/strict";
import { test } from "node:test";
import { isObhutError } from "../../base/errors.ts";
import { WorkerPool } from "./worker-pool.ts";

interface Task {
  readonly say: string;
}

/** A worker that doubles what it is told, with faults on demand. */
const script = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { workerData } from "node:worker_threads";
    const { serveTasks, note } = await import(${JSON.stringify(new URL("./serve-tasks.ts", import.meta.url).href)});
    const { ObhutError } = await import(${JSON.stringify(new URL("../../base/errors.ts", import.meta.url).href)});
    let told = "";
    serveTasks({
      async run({ say }) {
        if (say === "damage") throw new ObhutError("OBJECT_DAMAGED", { object: "x", reason: "y" });
        if (say === "system") throw Object.assign(new Error("no such file"), { code: "ENOENT" });
        if (say === "die") process.exit(7);
        if (say === "note") note({ from: workerData });
        await new Promise((resolve) => setTimeout(resolve, 2));
        return say + say + told;
      },
      told(message) { told = message; },
    });`)}`,
);

function poolOf(
  size: number,
  onNote?: (note: unknown, worker: number) => void,
): WorkerPool<Task, string, unknown, string> {
  return new WorkerPool<Task, string, unknown, string>({
    script,
    size,
    workerData: (worker) => `worker ${worker}`,
    ...(onNote === undefined ? {} : { onNote }),
  });
}

test("every task gets its own answer", async () => {
  await using pool = poolOf(2);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => pool.run({ say: `${i};` })));
  assert.deepEqual(
    answers,
    Array.from({ length: 50 }, (_, i) => `${i};${i};`),
  );
});

test("errors keep their codes across threads, and the thread goes on", async () => {
  await using pool = poolOf(1);
  const error = await pool.run({ say: "damage" }).catch((thrown: unknown) => thrown);
  assert.ok(isObhutError(error, "OBJECT_DAMAGED"));
  assert.deepEqual(error.params, { object: "x", reason: "y" });
  await assert.rejects(pool.run({ say: "system" }), { code: "ENOENT", message: "no such file" });
  assert.equal(await pool.run({ say: "a" }), "aa");
});

test("a thread that dies fails all that waits, at once and later", async () => {
  await using pool = poolOf(2);
  const waiting = ["die", "a", "b", "c", "d", "e"].map((say) => pool.run({ say }));
  const settled = await Promise.allSettled(waiting);
  assert.ok(settled.some(({ status }) => status === "rejected"));
  await assert.rejects(pool.run({ say: "later" }), { code: "INTERNAL" });
  await pool.untilQueuedBelow(1);
});

test("notes come with the worker's number, before the result of their task", async () => {
  const notes: unknown[] = [];
  await using pool = poolOf(2, (note, worker) => notes.push([note, worker]));
  await pool.run({ say: "note" });
  assert.deepEqual(notes, [[{ from: "worker 0" }, 0]]);
});

test("what is told arrives before the tasks that come after it", async () => {
  await using pool = poolOf(1);
  assert.equal(await pool.run({ say: "a" }), "aa");
  pool.tell(0, "!");
  assert.equal(await pool.run({ say: "a" }), "aa!");
});

test("a pause holds tasks back, and its end tells that there is room", async () => {
  await using pool = poolOf(1);
  await pool.run({ say: "start" });
  pool.paused = true;
  let done = false;
  const waiting = pool.run({ say: "a" }).then(() => {
    done = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(done, false);
  assert.equal(pool.hasIdleWorker, false);
  let idle = 0;
  pool.onIdle = () => idle++;
  pool.paused = false;
  await waiting;
  assert.ok(idle > 0);
});
