/** Something a person asks of repositories, as the job that does it; and the world that job is given. */
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import { Secret } from "../../../src/base/secret.ts";
import type { JobWatch } from "../../../src/jobs/job-event.ts";
import type { Parts } from "../../../src/jobs/parts.ts";
import type { Destination } from "../../../src/plans/destination.ts";
import type { Storage } from "../../../src/storage/storage.ts";
import { testActor } from "../../support/actor.ts";
import { testPassword } from "../../support/restic.ts";
import type { Repositories } from "./stage.ts";

export interface World {
  readonly storages: ReadonlyMap<string, Storage>;
  readonly parts: Parts;
  readonly watch: JobWatch;
}

export interface Operation {
  readonly name: string;
  /** What lies there before; the same each time. */
  readonly scene: () => Promise<Repositories>;
  /** Rejects where it fails. A second run must come to the end that the first would have come to, whatever that left. */
  readonly run: (world: World) => Promise<unknown>;
  /** The scene is a damaged repository: what is wrong with it may stay so until the operation has come to its end, but nothing more. */
  readonly mends?: boolean;
  /** Passwords of which at least one opens at any moment; default: the one of all tests, which is the one that restic knows. */
  readonly passwords?: readonly string[];
}

export function placeOf(name: string): Destination {
  return { kind: "local", written: name, path: name };
}

/** `lateMs`: how much later than now this process lives. */
export function worldOf(
  storages: ReadonlyMap<string, Storage>,
  { password = testPassword, lateMs = 0 }: { readonly password?: string; readonly lateMs?: number } = {},
): World {
  const clock = hastyClock(lateMs);
  const storageAt = (name: string): Storage => {
    const storage = storages.get(name);
    if (storage === undefined) throw new Error(`the scene has no repository ${name}`);
    return storage;
  };
  const parts: Parts = {
    clock,
    env: {},
    folder: "/nowhere",
    actor: testActor(clock),
    openStorage: async ({ written }) => storageAt(written),
    password: async () => new Secret(password),
  };
  return { storages, parts, watch: { emit: () => undefined, signal: new AbortController().signal } };
}

/** Nobody else is at work, so that waiting for others to show their locks can be short. */
function hastyClock(lateMs: number): Clock {
  return {
    nowMs: () => systemClock.nowMs() + lateMs,
    monotonicMs: systemClock.monotonicMs,
    sleep: (ms, signal) => systemClock.sleep(ms / 100, signal),
  };
}
