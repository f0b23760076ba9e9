import assert from "node:assert/strict";
import { it } from "node:test";
import { testActor } from "../../tests/support/actor.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { isObhutError, ObhutError } from "../base/errors.ts";
import { type Finding, finding } from "../base/finding-codes.ts";
import { limits } from "../base/limits.ts";
import type { Manifest } from "../capture/manifest.ts";
import type { RunBackupOptions } from "./run-backup-options.ts";
import { storeCapture } from "./store-capture.ts";

type Engine = Parameters<typeof storeCapture>[0];

const options: RunBackupOptions = {
  dataDirectory: "/nowhere",
  destinations: [],
  instance: "test",
  tags: [],
  parts: [],
  excludes: [],
  envFile: undefined,
  secretKeyFile: undefined,
  deploymentFiles: [],
  auditLog: false,
  forceLive: false,
  dryRun: false,
};
const manifest = { format: 1 } as unknown as Manifest;
const lost = () => new ObhutError("DATABASE_HOLD_LOST", { path: "webui.db", reason: "gone" });

/** An engine whose first runs end as `failures` say. */
async function run(
  failures: readonly Error[],
): Promise<{ runs: number; findings: Finding[]; code: ErrorCode | undefined }> {
  let runs = 0;
  const findings: Finding[] = [finding("ENVIRONMENT_NOT_SEEN", {})];
  const engine: Engine = [
    { captureInstance: () => ({ entries: (async function* () {})(), manifest: Promise.resolve(manifest) }) },
    {
      backup: async ({ onFinding }: { readonly onFinding: (found: Finding) => void }) => {
        onFinding(finding("SCHEMA_UNKNOWN", { revision: `run ${runs}` }));
        const failure = failures[runs++];
        if (failure !== undefined) throw failure;
        return { targets: [] };
      },
    },
  ] as unknown as Engine;
  const actor = testActor();
  const parts = { clock: actor.clock, env: {}, actor } as unknown as Parameters<typeof storeCapture>[2];
  const targets = { opened: [], failed: [], signals: [], [Symbol.asyncDispose]: async () => undefined };
  const never = new Promise<never>(() => undefined);
  const copies = { opened: [], failed: [], [Symbol.asyncDispose]: async () => undefined };
  const context = {
    targets,
    copies,
    ahead: { folder: never, around: never },
    findings,
    signal: new AbortController().signal,
    timeMs: 0,
    emit: () => undefined,
  };
  try {
    await storeCapture(engine, options, parts, context);
    return { runs, findings, code: undefined };
  } catch (error) {
    return { runs, findings, code: isObhutError(error) ? error.code : undefined };
  }
}

it("begins anew where the app broke into the capture, and keeps only what the last one found", async () => {
  const { runs, findings, code } = await run([lost(), new ObhutError("DATABASE_CHANGED", { path: "a", file: "b" })]);
  assert.deepEqual([runs, code], [3, undefined]);
  assert.deepEqual(
    findings.map((found) => found.code),
    ["ENVIRONMENT_NOT_SEEN", "CAPTURE_BEGUN_ANEW", "SCHEMA_UNKNOWN"],
  );
});

it("gives up after a few times, and at once on any other error", async () => {
  const again = await run(Array.from({ length: 9 }, lost));
  assert.deepEqual([again.runs, again.code], [limits.captureTries, "DATABASE_HOLD_LOST"]);
  const other = await run([new ObhutError("DATABASE_CORRUPT", { path: "webui.db", reason: "torn" })]);
  assert.deepEqual([other.runs, other.code], [1, "DATABASE_CORRUPT"]);
});
