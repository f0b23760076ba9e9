/** A repository, the programs that use it, and what must never be lost of it. */

import { isIncomplete } from "../../src/base/finding-codes.ts";
import type { SnapshotId } from "../../src/base/ids.ts";
import { parseId, shortId } from "../../src/base/ids.ts";
import { checkRepository } from "../../src/repository/check/check-repository.ts";
import { msOfTimeText } from "../../src/repository/format/time-text.ts";
import { initRepository } from "../../src/repository/init-repository.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import { unlockRepository } from "../../src/repository/locks.ts";
import { readContent } from "../../src/repository/read-file.ts";
import type { Actor, Repository } from "../../src/repository/repository.ts";
import { loadSnapshot } from "../../src/repository/snapshots.ts";
import { walkTree } from "../../src/repository/walk-tree.ts";
import { type Seeded, seeded } from "../crash/seeded.ts";
import { cheapKdf } from "../support/actor.ts";
import { FakeClock } from "../support/fake-clock.ts";
import type { Contents } from "./simulated-instance.ts";
import { calm, Place, SimulatedStorage, type Weather } from "./simulated-storage.ts";

export interface Program {
  readonly name: string;
  readonly repository: Repository;
  readonly storage: SimulatedStorage;
}

export class SimulatedWorld {
  readonly clock: FakeClock;
  readonly random: Seeded;
  readonly place: Place;
  /** What each snapshot that anybody may have committed holds: by instance and time, ms, as a lost answer leaves its id unknown. */
  readonly contents = new Map<string, Contents>();
  /** Snapshots whose backup was told that they are stored. */
  readonly committed = new Set<SnapshotId>();
  /** Snapshots that somebody began to remove. */
  readonly forgotten = new Set<SnapshotId>();
  readonly #seed: number;
  readonly #repository: Repository;
  #programs = 0;

  private constructor(seed: number, place: Place, repository: Repository, clock: FakeClock) {
    this.#seed = seed;
    this.place = place;
    this.clock = clock;
    this.random = place.random;
    this.#repository = repository;
  }

  static async begin(seed: number): Promise<SimulatedWorld> {
    const clock = new FakeClock();
    const place = new Place(clock, seeded(seed));
    const storage = new SimulatedStorage(place);
    // scrypt runs outside of simulated time, so the password is asked for once, in calm weather.
    const repository = await initRepository(storage, {
      password: "p",
      actor: actorOf("init", clock, seeded(seed + 1)),
      kdf: cheapKdf,
    });
    return new SimulatedWorld(seed, place, repository, clock);
  }

  /** A program of its own: other locks, other randomness, and it can be killed alone. */
  program(name: string): Program {
    const storage = new SimulatedStorage(this.place);
    const actor = actorOf(name, this.clock, seeded(this.#seed * 1000 + ++this.#programs));
    return { name, storage, repository: { ...this.#repository, storage, actor } };
  }

  /** Runs them all until each has ended; what they reject with is theirs to see. Time goes on as they need it. */
  async together(weather: Weather, tasks: readonly Promise<unknown>[]): Promise<void> {
    this.place.weather = weather;
    await this.clock.passUntil(Promise.allSettled(tasks));
    this.place.weather = calm;
  }

  /** In calm weather: everything that was committed, and not removed by somebody, comes back as it was. One sentence for each loss. */
  async losses(): Promise<string[]> {
    this.place.weather = calm;
    this.place.quotaBytes = Number.POSITIVE_INFINITY;
    const { repository } = this.program("judge");
    await unlockRepository(repository, { all: true });
    const losses: string[] = [];
    const there = new Set<SnapshotId>();
    for await (const { name } of repository.storage.list("snapshots")) {
      const id = parseId<SnapshotId>(name);
      if (id !== undefined) there.add(id);
    }
    for (const id of this.committed) {
      if (!there.has(id) && !this.forgotten.has(id)) losses.push(`snapshot ${shortId(id)} is gone`);
    }
    for (const id of there) losses.push(...(await this.#differences(repository, id)));
    const { findings } = await checkRepository(repository, { readData: { kind: "all" }, threads: 1 });
    for (const found of findings.filter(isIncomplete)) {
      losses.push(`check: ${found.code} ${JSON.stringify(found.params)}`);
    }
    return losses;
  }

  async #differences(repository: Repository, id: SnapshotId): Promise<string[]> {
    try {
      const indexed = await loadIndex(repository);
      const snapshot = await loadSnapshot(repository, id);
      const wanted = this.contents.get(`${snapshot.hostname} ${msOfTimeText(snapshot.time)}`);
      if (wanted === undefined) return [`snapshot ${shortId(id)} was never made`];
      const missing = new Set(wanted.keys());
      for await (const { path, node } of walkTree(indexed, snapshot.tree)) {
        if (node.type !== "file") continue;
        const bytes = Buffer.concat(await Array.fromAsync(readContent(indexed, node)));
        if (!wanted.get(path)?.equals(bytes)) return [`${path} of snapshot ${shortId(id)} differs`];
        missing.delete(path);
      }
      return [...missing].map((path) => `${path} of snapshot ${shortId(id)} is missing`);
    } catch (error) {
      return [`snapshot ${shortId(id)} cannot be read: ${String(error)}`];
    }
  }
}

function actorOf(hostname: string, clock: FakeClock, random: Seeded): Actor {
  const bytes = (length: number): Buffer => random.bytes(length);
  return { clock, random: bytes, hostname, username: "simulated", pid: 1, uid: 0, gid: 0 };
}
