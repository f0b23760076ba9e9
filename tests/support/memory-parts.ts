/** What jobs are given of the world, with a repository in memory. */
import type { Clock } from "../../src/base/clock.ts";
import type { Finding } from "../../src/base/finding-codes.ts";
import { Secret } from "../../src/base/secret.ts";
import type { JobEvent, JobWatch } from "../../src/jobs/job-event.ts";
import type { Parts } from "../../src/jobs/parts.ts";
import type { MemoryStorage } from "../../src/storage/memory/memory-storage.ts";
import { testActor } from "./actor.ts";

export const memoryDestination = { kind: "local", written: "memory", path: "/memory" } as const;
export const memoryPassword = "p";

/** Every destination is `storage`. Time stands where `nowMs` says, but locks wait in earnest. */
export function memoryParts(storage: MemoryStorage, clock: Clock): Parts {
  return {
    clock,
    env: {},
    folder: "/",
    actor: testActor(clock),
    openStorage: async () => storage,
    password: async () => new Secret(memoryPassword),
  };
}

export interface Told extends JobWatch {
  readonly events: readonly JobEvent[];
  readonly findings: readonly Finding[];
  /** Codes of the errors that did not end the job. */
  readonly errors: readonly string[];
}

/** Keeps what a job tells. */
export function told(): Told {
  const [events, findings, errors]: [JobEvent[], Finding[], string[]] = [[], [], []];
  const emit = (event: JobEvent): void => {
    events.push(event);
    if (event.type === "finding") findings.push(event.finding);
    if (event.type === "error") errors.push(event.error.code);
  };
  return { events, findings, errors, emit, signal: new AbortController().signal };
}
