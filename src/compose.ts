/** The one file that picks concrete parts. Time, randomness, environment and storage come into the program here only. */
import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { systemClock } from "./base/clock.ts";
import type { Parts } from "./jobs/parts.ts";
import type { Destination } from "./plans/destination.ts";
import type { Actor } from "./repository/repository.ts";
import type { Storage } from "./storage/storage.ts";

export function systemParts(password: Parts["password"]): Parts {
  return {
    clock: systemClock,
    env: process.env,
    folder: process.cwd(),
    actor: systemActor(),
    openStorage,
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
