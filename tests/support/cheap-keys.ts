/**
 * Repositories that open for next to nothing. A password is made expensive to try on purpose, and whoever calls programs all day pays
 * it with each call: a fifth of a second here, up to half of one where restic measured the machine. For tests that are not about keys.
 */
import { initRepository } from "../../src/repository/init-repository.ts";
import { addKey } from "../../src/repository/keys.ts";
import { openRepository } from "../../src/repository/open-repository.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import { cheapKdf, testActor } from "./actor.ts";

/** A new repository in a folder. */
export async function makeRepository(path: string, password: string, version: 1 | 2 = 2): Promise<Repository> {
  return await initRepository(localStorage(path), { password, actor: testActor(), version, kdf: cheapKdf });
}

/** Opens what another program made, and puts a cheap key with the same password in place of the one that was given. */
export async function cheapenKey(path: string, password: string): Promise<Repository> {
  const storage = localStorage(path);
  const given = await openRepository(storage, password, testActor());
  await addKey(given, { password, kdf: cheapKdf });
  await storage.remove({ type: "keys", name: given.keyId });
  return await openRepository(storage, password, testActor());
}
