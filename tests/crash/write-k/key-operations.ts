/** What changes who may open a repository. */
import assert from "node:assert/strict";
import { isObhutError } from "../../../src/base/errors.ts";
import type { Secret } from "../../../src/base/secret.ts";
import { removeRepositoryKey } from "../../../src/jobs/change-keys.ts";
import { makeRecoverySheet } from "../../../src/jobs/recovery-sheet.ts";
import { runInit } from "../../../src/jobs/run-init.ts";
import { addKey, listKeys } from "../../../src/repository/keys.ts";
import { openRepository } from "../../../src/repository/open-repository.ts";
import { MemoryStorage } from "../../../src/storage/memory/memory-storage.ts";
import { cheapKdf, testActor } from "../../support/actor.ts";
import { testPassword } from "../../support/restic.ts";
import { type Operation, placeOf, type World } from "./operation.ts";
import { copiesOf, fourDays, nothing, once } from "./scenes.ts";

const otherPassword = "the other one";

/** Its default key derivation is for people: this takes a while. */
export const initWithRecoveryKey: Operation = {
  name: "init with a recovery key",
  scene: nothing,
  run: async ({ parts, watch }) => {
    const storage = await parts.openStorage(placeOf("a"));
    const isMade = (await storage.sizeOf({ type: "config", name: "" })) !== undefined;
    // As a person would go on who has no sheet: with `obhut key sheet --new-key`.
    const { recoveryPassword } = isMade
      ? await makeRecoverySheet({ repository: placeOf("a"), newKey: true }, parts, watch)
      : await runInit([placeOf("a")], parts, { recoveryKey: true });
    const opened = await openRepository(storage, (recoveryPassword as Secret).reveal(), parts.actor);
    assert.equal(opened.config.version, 2, "what stands on the sheet opens the repository");
  },
};

const twoKeys = once(async () => {
  const made = copiesOf(await fourDays());
  const repo = await openRepository(made.get("a") ?? new MemoryStorage(), testPassword, testActor());
  await addKey(repo, { password: otherPassword, kdf: cheapKdf });
  return made;
});

export const removeKey: Operation = { name: "key remove", scene: twoKeys, run: removeOther };

async function removeOther({ parts, watch }: World): Promise<void> {
  const storage = await parts.openStorage(placeOf("a"));
  const repo = await openRepository(storage, testPassword, parts.actor);
  for (const { id, isCurrent } of (await listKeys(repo)).keys) {
    if (!isCurrent) await removeRepositoryKey({ repository: placeOf("a"), key: id }, parts, watch);
  }
  const wrong = openRepository(storage, otherPassword, parts.actor);
  await assert.rejects(wrong, (error) => isObhutError(error, "PASSWORD_WRONG"));
}
