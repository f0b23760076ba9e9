import assert from "node:assert/strict";
import { test } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { isObhutError } from "../base/errors.ts";
import { MemoryStorage, type MemoryStorageOptions } from "../storage/memory/memory-storage.ts";
import { initRepository } from "./init-repository.ts";
import { addKey, changePassword, findKey, listKeys, removeKey } from "./keys.ts";
import { openRepository } from "./open-repository.ts";
import type { Repository } from "./repository.ts";

interface Made {
  readonly storage: MemoryStorage;
  readonly repository: Repository;
}

async function made(options: MemoryStorageOptions = {}): Promise<Made> {
  const storage = new MemoryStorage(options);
  const repository = await initRepository(storage, { password: "first", actor: testActor(), kdf: cheapKdf });
  return { storage, repository };
}

async function opens({ storage }: Made, password: string): Promise<boolean> {
  return await openRepository(storage, password, testActor()).then(
    () => true,
    (error: unknown) => {
      assert.ok(isObhutError(error, "PASSWORD_WRONG"), String(error));
      return false;
    },
  );
}

test("a second password opens the same repository, until its key goes", async () => {
  const one = await made();
  const id = await addKey(one.repository, { password: "second", kdf: cheapKdf, username: "grace", hostname: "safe" });
  const { keys, findings } = await listKeys(one.repository);
  assert.deepEqual(findings, []);
  assert.deepEqual(keys.map(({ isCurrent, username, hostname }) => [isCurrent, username, hostname]).sort(), [
    [false, "grace", "safe"],
    [true, "tester", "test-host"],
  ]);
  assert.equal(await findKey(one.repository, id.slice(0, 12).toUpperCase()), id);
  const second = await openRepository(one.storage, "second", testActor());
  assert.deepEqual(second.masterKey, one.repository.masterKey);
  await assert.rejects(removeKey(second, id), (error) => isObhutError(error, "KEY_IN_USE"));
  await removeKey(one.repository, id);
  assert.deepEqual([await opens(one, "first"), await opens(one, "second")], [true, false]);
});

test("a key that is not there, or one of several, is named", async () => {
  const { repository } = await made();
  await addKey(repository, { password: "second", kdf: cheapKdf });
  for (const query of ["zz", "", "../config"]) {
    await assert.rejects(findKey(repository, query), (error) => isObhutError(error, "KEY_NOT_FOUND"));
  }
  const ids = (await listKeys(repository)).keys.map(({ id }) => id[0] ?? "");
  if (ids[0] === ids[1]) {
    await assert.rejects(findKey(repository, ids[0] ?? ""), (error) => isObhutError(error, "KEY_AMBIGUOUS"));
  }
});

test("a changed password opens, and the old one does not", async () => {
  const one = await made();
  await changePassword(one.repository, { password: "new", kdf: cheapKdf });
  assert.deepEqual([await opens(one, "first"), await opens(one, "new")], [false, true]);
  assert.equal((await listKeys(one.repository)).keys.length, 1);
});

test("whatever call a change of password dies at, the old or the new one opens", async () => {
  for (let dies = 1; ; dies++) {
    let calls = 0;
    let counting = false;
    const one = await made({
      before: () => {
        if (counting && ++calls >= dies) throw new Error("killed");
      },
    });
    counting = true;
    const changed = await changePassword(one.repository, { password: "new", kdf: cheapKdf }).then(
      () => true,
      () => false,
    );
    counting = false;
    const [old, fresh] = [await opens(one, "first"), await opens(one, "new")];
    assert.ok(old || fresh, `call ${dies}`);
    if (!changed) continue;
    assert.deepEqual([old, fresh], [false, true]);
    assert.ok(dies > 3, "it wrote, read back and removed");
    return;
  }
});

test("a key that comes back from the storage as something else does not replace the old one", async () => {
  const one = await made();
  const { storage } = one;
  const save = storage.save.bind(storage);
  storage.save = async (file, bytes, signal) => {
    await save(file, bytes, signal);
    const stored = storage.files.get(`keys/${file.name}`);
    if (stored !== undefined) stored[40] = (stored[40] ?? 0) ^ 1;
  };
  await assert.rejects(changePassword(one.repository, { password: "new", kdf: cheapKdf }), (error) =>
    isObhutError(error, "OBJECT_DAMAGED"),
  );
  assert.ok(await opens(one, "first"));
  const { keys, findings } = await listKeys(one.repository);
  assert.deepEqual([keys.length, findings.map(({ code }) => code)], [1, ["KEY_DAMAGED"]]);
});
