import assert from "node:assert/strict";
import { test } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { systemClock } from "../base/clock.ts";
import { Secret } from "../base/secret.ts";
import { initRepository } from "../repository/init-repository.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import { cached } from "../storage/wrap/cache.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

test("a repository is read through its cache, unless the place itself must be seen", async () => {
  await using folder = await tempFolder("open");
  const place = new MemoryStorage();
  const made = await initRepository(place, { password: "p", actor: testActor(), kdf: cheapKdf });
  const asked: string[] = [];
  const parts: Parts = {
    clock: systemClock,
    env: {},
    folder: "/",
    actor: testActor(),
    openStorage: async () => place,
    cacheStorage: async (storage, { repositoryId }) => {
      asked.push(repositoryId);
      const onNote = (): void => undefined;
      return cached(storage, { folder: folder.path, repository: repositoryId, onNote, nowMs: Date.now });
    },
    password: async () => new Secret("p"),
  };
  const destination = { kind: "local", written: "there", path: "/there" } as const;
  await using near = await openDestination(destination, parts);
  assert.notEqual(near.repository.storage, place);
  await using past = await openDestination(destination, parts, { cache: false });
  assert.equal(past.repository.storage, place);
  assert.deepEqual(asked, [made.config.id]);
});
