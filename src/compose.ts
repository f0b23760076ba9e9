/** The one file that picks concrete parts. Time, randomness, environment and storage come into the program here only. */
import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { systemClock } from "./base/clock.ts";
import type { Finding } from "./base/finding-codes.ts";
import type { OpenedStorage, Parts } from "./jobs/parts.ts";
import type { CacheChoice } from "./plans/cache-choice.ts";
import type { Destination } from "./plans/destination.ts";
import type { Actor } from "./repository/repository.ts";
import type { Storage } from "./storage/storage.ts";

export interface SystemChoices {
  readonly password: Parts["password"];
  readonly cache: CacheChoice;
  /** What a part that is used in passing has to tell a person. */
  readonly onNote: (note: Finding) => void;
}

export function systemParts({ password, cache, onNote }: SystemChoices): Parts {
  return {
    clock: systemClock,
    env: process.env,
    folder: process.cwd(),
    actor: systemActor(),
    openStorage,
    cacheStorage: (storage, opened) => cacheStorage(storage, { ...opened, cache, onNote }),
    password,
  };
}

function systemActor(): Actor {
  return {
    clock: systemClock,
    random: (bytes) => randomBytes(bytes),
    hostname: hostname(),
    username: userName(),
    pid: process.pid,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  };
}

/** A container may run as a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}

async function openStorage(destination: Destination): Promise<Storage> {
  switch (destination.kind) {
    case "local": {
      const { localStorage } = await import("./storage/local/local-storage.ts");
      return localStorage(destination.path);
    }
  }
}

async function cacheStorage(
  storage: Storage,
  { destination, repositoryId, cache, onNote }: OpenedStorage & Omit<SystemChoices, "password">,
): Promise<Storage> {
  const { folder, use } = cache;
  if (folder === undefined || (use === "distant" && !(await isDistant(destination)))) return storage;
  const { cached } = await import("./storage/wrap/cache.ts");
  return cached(storage, { folder, repository: repositoryId, onNote, nowMs: systemClock.nowMs });
}

/** Whether copies on this machine are nearer than the place itself. */
async function isDistant(destination: Destination): Promise<boolean> {
  switch (destination.kind) {
    case "local": {
      const { isDistantFolder } = await import("./host/file-systems.ts");
      return await isDistantFolder(destination.path);
    }
  }
}
