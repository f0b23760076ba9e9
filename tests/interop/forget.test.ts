/** The same snapshots, the same rules: Obhut and restic keep the same ones, for the same reasons. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { isObhutError } from "../../src/base/errors.ts";
import { decideForget, type ForgetByPolicy } from "../../src/jobs/decide-forget.ts";
import { changeTags } from "../../src/repository/change-tags.ts";
import type { Grouping } from "../../src/repository/forget/group-snapshots.ts";
import { reasonText } from "../../src/repository/forget/reason-text.ts";
import type { KeepDuration } from "../../src/repository/forget/retention-policy.ts";
import { initRepository } from "../../src/repository/init-repository.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import { cheapKdf, testActor } from "../support/actor.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { saveSnapshot } from "../support/snapshot-files.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { afterChange, aroundChanges, Choice, someChoice, someSnapshot } from "./forget-scene.ts";

const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];
const rounds = process.env["OBHUT_LONG"] ? 100 : 10;
const seed = Number(process.env["OBHUT_SEED"] ?? 20261124);
const zoneBefore = process.env["TZ"];

let folder: TempFolder;
let repo: Repository;

before(async () => {
  folder = await tempFolder("forget");
  repo = await initRepository(localStorage(folder.path), { password: testPassword, actor: testActor(), kdf: cheapKdf });
  const random = new Choice(seed);
  for (let count = 0; count < 150; count++) await saveSnapshot(repo, someSnapshot(random));
  for (const facts of aroundChanges()) await saveSnapshot(repo, facts);
});

after(async () => {
  if (zoneBefore === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zoneBefore;
  await folder[Symbol.asyncDispose]();
});

for (const zone of zones) {
  it(`forget decides as restic does in ${zone} (seed ${seed})`, async () => {
    process.env["TZ"] = zone;
    const random = new Choice(seed + zones.indexOf(zone));
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      const choice = someChoice(random);
      const theirs = await decidedByRestic(choice);
      assert.deepEqual(await decidedHere(choice), theirs, resticWords(choice).join(" "));
      if (theirs === "refused") refused++;
    }
    assert.ok(refused < rounds, "all policies were refused");
  });
}

for (const [zone, newest] of Object.entries(afterChange)) {
  it(`durations are counted on a calendar that knows when clocks are set in ${zone}`, async () => {
    process.env["TZ"] = zone;
    const none = { years: 0, months: 0, days: 0, hours: 0 };
    const durations = [
      { ...none, days: 1 },
      { ...none, days: 7 },
      { ...none, months: 1 },
      { ...none, days: 1, hours: 1 },
    ];
    for (const duration of durations) {
      const filter = { instances: newest };
      const choice: ForgetByPolicy = {
        kind: "policy",
        groupBy: new Set<Grouping>(["host"]),
        policy: { counts: {}, within: { all: duration }, tags: [] },
      };
      const theirs = await decidedByRestic(choice, filter);
      assert.ok(Object.keys(theirs).length > newest.length);
      assert.deepEqual(await decidedHere(choice, filter), theirs, resticWords(choice).join(" "));
    }
  });
}

it("restic reads what obhut tag wrote, and names the same first snapshot when it goes on", async () => {
  const words = ["--json", "--tag", "marked"];
  const marked = async (): Promise<readonly { id: string; original?: string; tags: readonly string[] }[]> =>
    JSON.parse(await newestRestic.run(folder.path, "snapshots", ...words));
  const [first] = (await loadSnapshots(repo)).snapshots;
  assert.ok(first);
  const signal = new AbortController().signal;
  const changed = await changeTags(repo, first, { kind: "edit", add: ["marked"], remove: [] }, signal);
  const [here] = await marked();
  assert.deepEqual([here?.id, here?.original, here?.tags.includes("marked")], [changed?.id, first.id, true]);
  await newestRestic.run(folder.path, "tag", "--add", "twice", changed?.id ?? "");
  assert.deepEqual(
    (await marked()).map(({ original }) => original),
    [first.id],
  );
  assert.equal((await loadSnapshots(repo)).damaged.length, 0);
});

it("a policy of nothing is one for restic too", async () => {
  await assert.rejects(newestRestic.run(folder.path, "forget", "--dry-run", "--json"), /no policy was specified/);
});

interface Filter {
  readonly instances: readonly string[];
}

/** Those of random times. */
const others: Filter = { instances: ["chat", "other"] };

type Decided = Readonly<Record<string, readonly string[]>> | "refused";

async function decidedHere(choice: ForgetByPolicy, filter: Filter = others): Promise<Decided> {
  const watch = { emit: () => undefined, signal: new AbortController().signal };
  try {
    const { groups } = await decideForget(repo, { choice, filter, allowRemoveAll: false }, watch);
    const decisions = groups.flatMap((group) => group.decisions);
    // The brake is not restic's: what it alone keeps, restic removes.
    return Object.fromEntries(
      decisions
        .map(
          ({ snapshot, reasons }) =>
            [snapshot.id, reasons.filter(({ rule }) => rule !== "good").map(reasonText)] as const,
        )
        .filter(([, reasons]) => reasons.length > 0),
    );
  } catch (error) {
    if (isObhutError(error, "FORGET_EMPTIES_GROUP")) return "refused";
    throw error;
  }
}

interface ResticGroup {
  readonly reasons: readonly { readonly snapshot: { readonly id: string }; readonly matches: readonly string[] }[];
}

async function decidedByRestic(choice: ForgetByPolicy, filter: Filter = others): Promise<Decided> {
  try {
    const words = [...resticWords(choice), ...filter.instances.map((host) => `--host=${host}`)];
    const printed = await newestRestic.run(folder.path, "forget", "--dry-run", "--json", ...words);
    const groups = JSON.parse(printed.split("\n").find((line) => line.startsWith("[")) ?? "[]") as ResticGroup[];
    return Object.fromEntries(
      groups.flatMap(({ reasons }) => reasons.map(({ snapshot, matches }) => [snapshot.id, matches] as const)),
    );
  } catch (error) {
    if (/refusing to delete last snapshot/.test(String(error))) return "refused";
    throw error;
  }
}

function resticWords({ policy: { counts, within, tags }, groupBy }: ForgetByPolicy): string[] {
  const text = (duration: KeepDuration): string =>
    `${duration.years}y${duration.months}m${duration.days}d${duration.hours}h`;
  return [
    ...Object.entries(counts).map(([rule, count]) => `--keep-${rule}=${count === Infinity ? "unlimited" : count}`),
    ...Object.entries(within).map(([rule, duration]) =>
      rule === "all" ? `--keep-within=${text(duration)}` : `--keep-within-${rule}=${text(duration)}`,
    ),
    ...tags.map((set) => `--keep-tag=${set.join(",")}`),
    `--group-by=${[...groupBy].join(",")}`,
  ];
}
