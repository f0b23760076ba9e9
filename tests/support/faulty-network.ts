/** A network that does everything wrong: a backup ends right or fails with a name, and restic finds the repository clean each time. */
import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { seeded } from "../crash/seeded.ts";
import { type Fault, faults, startFaultProxy } from "./fault-proxy.ts";
import { unpackFixture } from "./fixture.ts";
import { type DistantPlace, initAt, obhutAt, resticAt } from "./whole-round.ts";

export interface FaultyNetwork {
  readonly rounds: number;
  /** `http://host:port/` of the real server. */
  readonly upstream: string;
  /** The repository's place on a server at this address: the real one, or a proxy before it. */
  readonly placeAt: (url: string) => DistantPlace;
  /** The proxy of a round; by default one that knows HTTP. */
  readonly startProxy?: (upstream: string, random: Random) => Promise<Proxy>;
}

type Random = ReturnType<typeof seeded>;

interface Proxy extends AsyncDisposable {
  readonly url: string;
  readonly done: ReadonlyMap<string, number>;
}

async function startHttpProxy(upstream: string, random: Random): Promise<Proxy> {
  const choose = (): Fault | undefined => (random.fraction() < 0.12 ? faults[random.below(faults.length)] : undefined);
  return await startFaultProxy({ upstream, choose });
}

/** `rounds` backups through a proxy that cuts, delays, refuses and flips. */
export async function backUpThroughFaults(network: FaultyNetwork): Promise<void> {
  const { rounds, upstream, placeAt, startProxy = startHttpProxy } = network;
  await using fixture = await unpackFixture();
  const direct = placeAt(upstream);
  await initAt(direct);
  const ended = { right: 0, wrong: 0 };
  let faulty = 0;
  for (let seed = 1; seed <= rounds; seed += 1) {
    await using proxy = await startProxy(upstream, seeded(seed));
    await appendFile(join(fixture.dataDir, "uploads", `round-${seed}`), Buffer.alloc(400_000, String(seed)));
    const run = await obhutAt(placeAt(proxy.url), "backup", "--data", fixture.dataDir, "--no-cache", "--json");
    const last = run.json.at(-1);
    if (run.code === 0) ended.right += 1;
    else ended.wrong += 1;
    assert.ok(run.code === 0 || last?.type === "exit_error", `seed ${seed}: ${run.text}${run.stderr}`);
    if (run.code !== 0) await obhutAt(direct, "unlock", "--remove-all");
    const snapshots = JSON.parse(await resticAt(direct, "snapshots", "--json")) as unknown[];
    assert.ok(snapshots.length >= ended.right, `seed ${seed}: a snapshot for each backup that ended right`);
    await resticAt(direct, "check", "--read-data");
    faulty += [...proxy.done.values()].reduce((sum, count) => sum + count, 0);
  }
  assert.ok(ended.right > 0, "no backup got through");
  assert.ok(faulty >= rounds, "the proxy did nothing");
}
