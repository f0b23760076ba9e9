/** Every operation that writes to a repository. A new one is a line here. */
import assert from "node:assert/strict";
import { Secret } from "../../../src/base/secret.ts";
import { addRepositoryKey, changeRepositoryPassword } from "../../../src/jobs/change-keys.ts";
import { runCopy } from "../../../src/jobs/run-copy.ts";
import { runForget } from "../../../src/jobs/run-forget.ts";
import { runPrune } from "../../../src/jobs/run-prune.ts";
import { runRepairIndex } from "../../../src/jobs/run-repair-index.ts";
import { runRewrite } from "../../../src/jobs/run-rewrite.ts";
import { runTag } from "../../../src/jobs/run-tag.ts";
import { initRepository } from "../../../src/repository/init-repository.ts";
import type { PruneOptions } from "../../../src/repository/prune/prune-options.ts";
import { cheapKdf } from "../../support/actor.ts";
import { testPassword } from "../../support/restic.ts";
import { initWithRecoveryKey, removeKey } from "./key-operations.ts";
import { type Operation, placeOf, type World } from "./operation.ts";
import { repairIndexAndPacks, repairLostIndex, repairSnapshots } from "./repair-operations.ts";
import { backUp, empty, fourDays, nothing, twoDaysInBoth, twoForgotten } from "./scenes.ts";

export const operations: readonly Operation[] = [
  { name: "init", scene: nothing, run: init },
  { name: "first backup", scene: empty, run: (world) => backUp(["a"], { day: 1 }, world) },
  { name: "backup on top of others", scene: fourDays, run: (world) => backUp(["a"], { day: 5 }, world) },
  { name: "backup to two destinations", scene: fourDays, run: (world) => backUp(["a", "b"], { day: 5 }, world) },
  { name: "prune", scene: twoForgotten, run: prune },
  { name: "prune in steps", scene: twoForgotten, run: pruneInSteps },
  { name: "forget with prune", scene: fourDays, run: forget },
  { name: "tag", scene: fourDays, run: tag },
  { name: "rewrite in place", scene: fourDays, run: (world) => rewrite(world, true) },
  { name: "rewrite beside the old ones", scene: fourDays, run: (world) => rewrite(world, false) },
  { name: "copy", scene: fourDays, run: copy },
  { name: "copy into a repository in use", scene: twoDaysInBoth, run: copy },
  { name: "repair index", scene: twoForgotten, run: repairIndex },
  repairLostIndex,
  repairIndexAndPacks,
  repairSnapshots,
  initWithRecoveryKey,
  removeKey,
  { name: "key add", scene: empty, run: (world) => addRepositoryKey(newPassword, world.parts, world.watch) },
  {
    name: "key passwd",
    scene: empty,
    run: (world) => changeRepositoryPassword(newPassword, world.parts, world.watch),
    passwords: [testPassword, "the new one"],
  },
];

const minuteMs = 60_000;
const everySnapshot = { queries: [], filter: {} };
const pruneAll: PruneOptions = {
  maxUnused: { kind: "bytes", bytes: 0 },
  repackCacheableOnly: false,
  repackSmall: true,
  keepDeleteMs: "auto",
};
const newPassword = {
  repository: placeOf("a"),
  newPassword: async () => new Secret("the new one"),
  username: undefined,
  hostname: undefined,
};

/** As a person would go on: a repository that is there already is not made again. */
async function init({ storages, parts }: World): Promise<void> {
  for (const storage of storages.values()) {
    if ((await storage.sizeOf({ type: "config", name: "" })) !== undefined) continue;
    await initRepository(storage, { password: testPassword, actor: parts.actor, kdf: cheapKdf });
  }
}

async function prune({ parts, watch }: World): Promise<void> {
  const { applied } = await runPrune({ repository: placeOf("a"), prune: pruneAll, dryRun: false }, parts, watch);
  assert.ok(applied);
}

/** What is not needed any more is marked, and goes with a later prune; what was interrupted may take some more of them. */
async function pruneInSteps({ parts, watch }: World): Promise<void> {
  for (let step = 0; step < 5; step++) {
    const clock = { ...parts.clock, nowMs: () => parts.clock.nowMs() + 2 * step * minuteMs };
    const options = { repository: placeOf("a"), prune: { ...pruneAll, keepDeleteMs: minuteMs }, dryRun: false };
    const { plan } = await runPrune(options, { ...parts, clock, actor: { ...parts.actor, clock } }, watch);
    if (plan.packs.later + plan.packs.unlisted === 0) return;
  }
  assert.fail("it does not come to an end");
}

async function forget({ parts, watch }: World): Promise<void> {
  const policy = { counts: { last: 2 }, within: {}, tags: [] };
  const choice = { kind: "policy", policy, groupBy: new Set(["host"] as const) } as const;
  const options = {
    repository: placeOf("a"),
    choice,
    filter: {},
    allowRemoveAll: true,
    prune: pruneAll,
    dryRun: false,
  };
  await runForget(options, parts, watch);
}

async function tag({ parts, watch }: World): Promise<void> {
  const change = { kind: "edit", add: ["kept"], remove: ["day 2"] } as const;
  await runTag({ repository: placeOf("a"), ...everySnapshot, change }, parts, watch);
}

async function rewrite({ parts, watch }: World, forget: boolean): Promise<void> {
  const as = { insensitiveExcludes: [], newHost: undefined, newTimeMs: undefined, forget, dryRun: false };
  const options = { repository: placeOf("a"), snapshots: everySnapshot, excludes: ["/data/of day *"], ...as };
  await runRewrite(options, parts, watch);
}

async function copy({ parts, watch }: World): Promise<void> {
  const places = { from: placeOf("a"), to: placeOf("b"), fromPassword: parts.password };
  await runCopy({ ...places, snapshots: everySnapshot, dryRun: false }, parts, watch);
}

async function repairIndex({ parts, watch }: World): Promise<void> {
  await runRepairIndex({ repository: placeOf("a"), readAllPacks: true, dryRun: false }, parts, watch);
}
