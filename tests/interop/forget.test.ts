/** The same snapshots, the same rules: Obhut and restic keep the same ones, for the same reasons. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { isObhutError } from "../../src/base/errors.ts";
import { decideForget, type ForgetByPolicy } from "../../src/jobs/decide-forget.ts";
import { changeTags } from "../../src/repository/change-tags.ts";
import type { Grouping } from "../../src/repository/forget/group-snapshots.ts";
import { reasonText } from "../../src/repository/forget/reason-text.ts";
import {
  isEmptyPolicy,
  type KeepDuration,
  periods,
  type RetentionPolicy,
} from "../../src/repository/forget/retention-policy.ts";
import { initRepository } from "../../src/repository/init-repository.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import { type Seeded, seeded } from "../crash/seeded.ts";
import { cheapKdf, testActor } from "../support/actor.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { type SnapshotFacts, saveSnapshot } from "../support/snapshot-files.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";

const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];
const rounds = process.env["OBHUT_LONG"] ? 100 : 15;
const seed = Number(process.env["OBHUT_SEED"] ?? 20261124);
const zoneBefore = process.env["TZ"];

let folder: TempFolder;
let repo: Repository;

before(async () => {
  folder = await tempFolder("forget");
  repo = await initRepository(localStorage(folder.path), { password: testPassword, actor: testActor(), kdf: cheapKdf });
  const random = new Choice(seed);
  for (let count = 0; count < 150; count++) await saveSnapshot(repo, someSnapshot(random));
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

type Decided = Readonly<Record<string, readonly string[]>> | "refused";

async function decidedHere(choice: ForgetByPolicy): Promise<Decided> {
  const watch = { emit: () => undefined, signal: new AbortController().signal };
  try {
    const { groups } = await decideForget(repo, { choice, filter: {}, allowRemoveAll: false }, watch);
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

async function decidedByRestic(choice: ForgetByPolicy): Promise<Decided> {
  try {
    const printed = await newestRestic.run(folder.path, "forget", "--dry-run", "--json", ...resticWords(choice));
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

class Choice {
  readonly #seeded: Seeded;

  constructor(from: number) {
    this.#seeded = seeded(from);
  }

  next(): number {
    return this.#seeded.fraction();
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  some<T>(values: readonly T[], share: number): T[] {
    return values.filter(() => this.next() < share);
  }
}

const offsets = ["Z", "+01:00", "+02:00", "-04:00", "-05:00", "+05:30", "+10:30", "+11:00"];
/** Hours around which clocks are set, and years, months and weeks begin. */
const edges = ["2024-03-31T01", "2024-10-27T00", "2024-11-03T05", "2024-12-31T22", "2025-03-30T00", "2021-01-01T00"];

function someSnapshot(random: Choice): SnapshotFacts {
  const start = random.next() < 0.4 ? `${random.of(edges)}:00:00Z` : "2021-01-01T00:00:00Z";
  const spanHours = start.startsWith("2021-01-01T00:00:00Z") && random.next() < 0.9 ? 3.8 * 365 * 24 : 12;
  const wall = new Date(Date.parse(start) + random.next() * spanHours * 3_600_000).toISOString().slice(0, 19);
  const fraction =
    random.next() < 0.5
      ? `.${String(1 + random.below(999_999_999))
          .padStart(9, "0")
          .replace(/0+$/, "")}`
      : "";
  return {
    time: `${wall}${fraction}${random.of(offsets)}`,
    hostname: random.of(["chat", "chat", "chat", "other", ""]),
    paths: random.of([["/data"], ["/data"], ["/b", "/a"], ["/a", "/b"]]),
    tags: random.some(["daily", "keep", "ü"], 0.2),
  };
}

function someChoice(random: Choice): ForgetByPolicy {
  const count = (): number => random.of([0, 1, 2, 3, 5, 8, 30, Infinity]);
  const duration = (): KeepDuration => ({
    years: random.of([0, 0, 0, 1, 2]),
    months: random.of([0, 0, 1, 5, 14]),
    days: random.of([0, 1, 7, 31, 400]),
    hours: random.of([0, 0, 1, 23, 1000]),
  });
  const policy: RetentionPolicy = {
    counts: Object.fromEntries(random.some(["last", ...periods], 0.3).map((rule) => [rule, count()])),
    within: Object.fromEntries(random.some(["all", ...periods], 0.15).map((rule) => [rule, duration()])),
    tags: random.some([["keep"], ["daily", "ü"], [""]], 0.1),
  };
  const groupBy = new Set<Grouping>(
    random.of<Grouping[]>([["host", "paths"], ["host"], ["tags"], ["host", "paths", "tags"], []]),
  );
  return { kind: "policy", groupBy, policy: isEmptyPolicy(policy) ? { ...policy, counts: { daily: 7 } } : policy };
}
