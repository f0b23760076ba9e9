/** A place whose user dies: from one call on that changes something, nothing more is done there. */
import type { BytePath } from "../../src/base/byte-path.ts";
import type { PlainPlace } from "../../src/plain/place/place.ts";
import { overlaidPlace } from "../../src/plain/place/wrap/overlaid-place.ts";

export class Death extends Error {}

export interface DyingPlace {
  readonly place: PlainPlace;
  /** How many calls changed something. */
  calls(): number;
  isDead(): boolean;
}

/**
 * `dieAt`: the call, from 0 on, that is not done any more. `store`: as buckets have it: a rename is a copy and a removal, folders have no names
 * of their own, and of one that is removed each file goes by itself.
 */
export function dyingPlace(local: PlainPlace, dieAt: number, kind: "folders" | "store"): DyingPlace {
  let calls = 0;
  let dead = false;
  const step = (): void => {
    if (dead || calls >= dieAt) {
      dead = true;
      throw new Death("dead");
    }
    calls += 1;
  };
  const alive = (): void => {
    if (dead) throw new Death("dead");
  };
  const { link, renameFolder, duplicate } = local;
  const own: Partial<PlainPlace> = {
    async *list(folder, options) {
      alive();
      yield* local.list(folder, options);
    },
    async *read(path, options) {
      alive();
      yield* local.read(path, options);
    },
    look: async (path) => {
      alive();
      return await local.look(path);
    },
    write: async (path, content, options) => {
      step();
      await local.write(path, content, options);
    },
    makeFolder: async (path) => {
      if (kind === "store" && path !== "") return;
      step();
      await local.makeFolder(path);
    },
    rename: async (from, to) => {
      step();
      await local.rename(from, to);
    },
    renameFolder: async (from, to) => {
      step();
      await renameFolder?.call(local, from, to);
    },
    link: async (from, to) => {
      step();
      await link?.call(local, from, to);
    },
    duplicate: async (from, to, how) => {
      step();
      await duplicate?.call(local, from, to, how);
    },
    remove: async (path) => {
      step();
      await local.remove(path);
    },
    removeFolder: async (path) => {
      step();
      await local.removeFolder(path);
    },
    settle: async () => {
      alive();
    },
    tidy: async (signal) => {
      step();
      await local.tidy(signal);
    },
  };
  const folders = overlaidPlace(local, own);
  if (kind === "folders") return { place: folders, calls: () => calls, isDead: () => dead };
  const { renameFolder: _, link: __, ...rest } = folders;
  const place: PlainPlace = {
    ...rest,
    keepsTimes: false,
    rename: async (from, to) => {
      step();
      const found = await local.look(from);
      if (found?.kind !== "file") return await local.rename(from, to);
      const content = { sizeBytes: found.sizeBytes, open: () => local.read(from) };
      await local.write(to, content, { durable: "now" });
      step();
      await local.remove(from);
    },
    removeFolder: async (path: BytePath) => {
      for await (const entry of local.list(path, { deep: true })) {
        if (entry.kind === "folder") continue;
        step();
        await local.remove(entry.path);
      }
      alive();
      await local.removeFolder(path);
    },
  };
  return { place, calls: () => calls, isDead: () => dead };
}
