/**
 * A sound repository is damaged in one way; `check --read-data` finds that and names it. The commands that its advice names are called,
 * word for word, until it finds nothing more. Then stock restic agrees, and all is there that was not lost.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { encodeLock } from "../../src/repository/format/lock-file.ts";
import { timeTextOfMs } from "../../src/repository/format/time-text.ts";
import { addKey } from "../../src/repository/keys.ts";
import { saveSealed } from "../../src/repository/object-file.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { cheapKdf } from "../support/actor.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { callObhut } from "./call-obhut.ts";
import { copyOf, cutOff, filesOf, flip, placeOf, type Scene, soundScene, storeAgain } from "./damage.ts";
import { type State, snapshotOf, statesOf } from "./golden-repositories.ts";
import { allRestored, resticComplains } from "./judge.ts";

interface Damage {
  readonly name: string;
  readonly damage: (scene: Scene) => Promise<void> | void;
  /** Codes of what the first check tells. */
  readonly finds: readonly string[];
  /** Commands as they are called, in order; ids are left out. */
  readonly calls: readonly string[];
  /** What no restore brings back: paths, or a folder with all below it where it ends with `/`; `snapshot`: all of it. */
  readonly lost?: Partial<Record<State, readonly string[] | "snapshot">>;
  /** What restic's check does before the repair; default: it fails too. With a damaged lock it waits long, with a damaged key it is luck. */
  readonly restic?: "passes" | "not asked";
  /** Also in a repository of format 1. */
  readonly alsoOld?: true;
}

const lostNoise = { 1: ["deep/noise.bin"], 2: ["deep/noise.bin"], 3: ["deep/noise.bin"] };
const packOf = async (scene: Scene, state: State, path: string): Promise<string> =>
  `data/${(await placeOf(scene, state, path)).pack}`;

const damages: readonly Damage[] = [
  {
    name: "a missing pack of pieces",
    damage: async (scene) => void scene.storage.files.delete(await packOf(scene, 2, "/source/later")),
    finds: ["FILE_PIECES_MISSING", "PACK_MISSING"],
    calls: ["repair index", "repair snapshots --forget"],
    lost: { 2: ["hello.txt", "later"], 3: ["hello.txt", "later"] },
  },
  {
    name: "a missing pack of trees",
    damage: async (scene) => void scene.storage.files.delete(await packOf(scene, 2, "/")),
    finds: ["PACK_MISSING", "TREE_DAMAGED"],
    calls: ["repair index", "repair snapshots --forget"],
    lost: { 2: "snapshot" },
  },
  {
    name: "a pack cut off before its header",
    alsoOld: true,
    damage: async (scene) => cutOff(scene, await packOf(scene, 1, "/source/deep/noise.bin"), (length) => length - 20),
    finds: ["PACK_DAMAGED", "PACK_SIZE_WRONG"],
    calls: ["repair packs"],
  },
  {
    name: "a pack cut off in a piece",
    damage: async (scene) => {
      const { pack, offset, length } = await placeOf(scene, 2, "/source/later");
      cutOff(scene, `data/${pack}`, () => offset + length - 1);
    },
    finds: ["FILE_PIECES_MISSING", "PACK_DAMAGED", "PACK_SIZE_WRONG"],
    calls: ["repair packs", "repair snapshots --forget"],
    lost: { 2: ["later"], 3: ["later"] },
  },
  {
    name: "an empty pack",
    damage: async (scene) => cutOff(scene, await packOf(scene, 2, "/source/later"), () => 0),
    finds: ["FILE_PIECES_MISSING", "PACK_DAMAGED", "PACK_SIZE_WRONG"],
    calls: ["repair packs", "repair snapshots --forget"],
    lost: { 2: ["hello.txt", "later"], 3: ["hello.txt", "later"] },
  },
  {
    name: "a bit of a piece",
    alsoOld: true,
    damage: async (scene) => {
      const { pack, offset } = await placeOf(scene, 1, "/source/deep/noise.bin");
      flip(scene, `data/${pack}`, offset + 100);
    },
    finds: ["FILE_PIECES_MISSING", "PACK_DAMAGED"],
    calls: ["repair packs", "repair snapshots --forget"],
    lost: lostNoise,
  },
  {
    name: "a bit of a folder's tree",
    alsoOld: true,
    damage: async (scene) => {
      const { pack, offset } = await placeOf(scene, 2, "/source/deep");
      flip(scene, `data/${pack}`, offset + 30);
    },
    finds: ["PACK_DAMAGED", "TREE_DAMAGED"],
    calls: ["repair packs", "repair snapshots --forget"],
    lost: { 2: ["deep/"] },
  },
  {
    name: "a bit of a snapshot's own tree",
    damage: async (scene) => {
      const { pack, offset } = await placeOf(scene, 1, "/");
      flip(scene, `data/${pack}`, offset + 30);
    },
    finds: ["PACK_DAMAGED", "TREE_DAMAGED"],
    calls: ["repair packs", "repair snapshots --forget"],
    lost: { 1: "snapshot" },
  },
  {
    name: "a bit of a pack's header",
    damage: async (scene) => flip(scene, await packOf(scene, 1, "/source/deep/noise.bin"), -30),
    finds: ["PACK_DAMAGED"],
    calls: ["repair packs"],
  },
  {
    name: "a bit of the length of a pack's header",
    damage: async (scene) => flip(scene, await packOf(scene, 1, "/"), -1),
    finds: ["PACK_DAMAGED"],
    calls: ["repair packs"],
  },
  {
    name: "a bit of an index",
    damage: (scene) => flip(scene, filesOf(scene, "index")[0] ?? assert.fail(), 50),
    finds: ["FILE_PIECES_MISSING", "INDEX_DAMAGED", "PACKS_NOT_INDEXED", "TREE_DAMAGED"],
    calls: ["repair index"],
  },
  {
    name: "a missing index file",
    damage: (scene) => void scene.storage.files.delete(filesOf(scene, "index")[0] ?? assert.fail()),
    finds: ["FILE_PIECES_MISSING", "PACKS_NOT_INDEXED", "TREE_DAMAGED"],
    calls: ["repair index"],
  },
  {
    name: "no index at all",
    alsoOld: true,
    damage: (scene) => filesOf(scene, "index").forEach((file) => void scene.storage.files.delete(file)),
    finds: ["PACKS_NOT_INDEXED", "TREE_DAMAGED"],
    calls: ["repair index"],
  },
  {
    name: "a bit of a snapshot",
    damage: async (scene) =>
      flip(scene, `snapshots/${snapshotOf(2, (await loadSnapshots(scene.repo)).snapshots).id}`, 40),
    finds: ["SNAPSHOT_DAMAGED"],
    calls: ["repair snapshots --forget"],
    lost: { 2: "snapshot" },
  },
  {
    name: "an empty snapshot file",
    damage: async (scene) =>
      cutOff(scene, `snapshots/${snapshotOf(2, (await loadSnapshots(scene.repo)).snapshots).id}`, () => 0),
    finds: ["SNAPSHOT_DAMAGED"],
    calls: ["repair snapshots --forget"],
    lost: { 2: "snapshot" },
  },
  {
    name: "a bit of a key, beside another that opens",
    damage: async (scene) => {
      const id = await addKey(scene.repo, { password: "another", kdf: cheapKdf });
      flip(scene, `keys/${id}`, 10);
    },
    finds: ["KEY_DAMAGED"],
    calls: ["key remove"],
    restic: "not asked",
  },
  {
    name: "a bit of a lock",
    damage: async (scene) => {
      const time = timeTextOfMs(Date.now());
      const lock = { time, exclusive: false, hostname: "gone", username: "nobody", pid: 1, uid: 0, gid: 0 };
      flip(scene, `locks/${await saveSealed(scene.repo, "locks", encodeLock(lock))}`, 20);
    },
    finds: ["REPOSITORY_LOCKED"],
    calls: ["unlock", "unlock --remove-all"],
    restic: "not asked",
  },
  {
    name: "pieces and trees stored twice",
    alsoOld: true,
    damage: async (scene) => {
      for (const path of ["/source/deep/noise.bin", "/"]) await storeAgain(scene, (await placeOf(scene, 1, path)).pack);
    },
    finds: ["BLOBS_DUPLICATED"],
    calls: ["prune"],
    restic: "passes",
  },
  {
    name: "a bit of a piece that is stored twice",
    damage: async (scene) => {
      const { pack, offset } = await placeOf(scene, 1, "/source/deep/noise.bin");
      await storeAgain(scene, pack);
      flip(scene, `data/${pack}`, offset + 100);
    },
    finds: ["BLOBS_DUPLICATED", "PACK_DAMAGED"],
    calls: ["repair packs", "prune"],
  },
  {
    name: "a missing pack that is stored twice",
    damage: async (scene) => {
      const { pack } = await placeOf(scene, 1, "/");
      await storeAgain(scene, pack);
      scene.storage.files.delete(`data/${pack}`);
    },
    finds: ["PACK_MISSING"],
    calls: ["repair index"],
  },
];

async function prove(damage: Damage, scene: Scene, states: readonly State[]): Promise<void> {
  await using folder = await tempFolder("golden-damage");
  await damage.damage(scene);
  if (damage.restic !== "not asked") {
    const judged = await resticComplains(scene, join(folder.path, "before"));
    assert.equal(judged === "", damage.restic === "passes", `restic before the repair: ${judged}`);
  }
  const { finds, calls } = await cure(scene, folder.path);
  assert.deepEqual({ finds, calls }, { finds: damage.finds, calls: damage.calls });
  assert.equal(await resticComplains(scene, join(folder.path, "after")), "");
  const { snapshots } = await loadSnapshots(scene.repo);
  const gone = states.filter((state) => damage.lost?.[state] === "snapshot");
  for (const state of gone) assert.ok(!snapshots.some(({ tags }) => tags.includes(`state-${state}`)));
  const isLost = (path: string, state: State): boolean =>
    [damage.lost?.[state] ?? []].flat().some((lost) => (lost.endsWith("/") ? path.startsWith(lost) : path === lost));
  const left = states.filter((state) => !gone.includes(state));
  await allRestored(scene, left, { folder: folder.path, isLost });
}

/** In the order in which they must be called: what an index lacks is not lost, and what a pack still holds is not either. */
const order = ["unlock", "key remove", "repair index", "repair packs", "repair snapshots", "prune"];
const command = new RegExp(`obhut ((?:${order.join("|")})(?: --[a-z-]+| [0-9a-f]{8,64})*)`, "g");

/** Does as it is told, until there is nothing left to do. */
async function cure(scene: Scene, folder: string): Promise<{ finds: readonly string[]; calls: readonly string[] }> {
  const calls: string[] = [];
  let finds: readonly string[] | undefined;
  for (;;) {
    const checked = await callObhut(["check", "--read-data"], { storage: scene.storage, folder });
    finds ??= checked.codes;
    if (checked.codes.length === 0)
      return { finds, calls: calls.map((words) => words.replace(/ [0-9a-f]{8,64}/g, "")) };
    const told = checked.advice.flatMap((text) => [...text.matchAll(command)].map(([, words = ""]) => words));
    const rank = (words: string): number => order.findIndex((name) => words.startsWith(name));
    const [next] = [...new Set(told)].filter((words) => !calls.includes(words)).sort((a, b) => rank(a) - rank(b));
    if (next === undefined) assert.fail(`nothing left to do for ${checked.codes} after ${calls}`);
    calls.push(next);
    await callObhut(next.split(" "), { storage: scene.storage, folder });
  }
}

const [newest, old] = ["restic-0.19.1-format-2", "restic-0.14.0-format-1"] as const;
for (const name of [newest, old]) {
  const sound = await soundScene(name);
  describe(name, () => {
    for (const damage of damages.filter(({ alsoOld }) => name === newest || alsoOld)) {
      it(damage.name, async () => await prove(damage, await copyOf(sound), statesOf(name)));
    }
  });
}
