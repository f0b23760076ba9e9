/** Who works on repositories in tests. */
import { randomBytes } from "node:crypto";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import type { Actor } from "../../src/repository/repository.ts";

export function testActor(clock: Clock = systemClock): Actor {
  return { clock, random: randomBytes, hostname: "test-host", username: "tester", pid: 4242, uid: 0, gid: 0 };
}

/** scrypt as cheap as it gets, for tests that open many repositories. */
export const cheapKdf = { N: 2, r: 1, p: 1 } as const;
