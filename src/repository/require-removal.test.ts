/** A place that refuses to remove is told from one that fails to: the first stays so, the second may pass. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { HttpFailure } from "../host/http/http-client.ts";
import { localError } from "../storage/local/local-error.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import { requestError, statusError } from "../storage/rest/rest-error.ts";
import { s3Error } from "../storage/s3/s3-error.ts";
import { removeSnapshots } from "./forget/remove-snapshots.ts";
import { initRepository } from "./init-repository.ts";
import { listLocks, unlockRepository, writeLock } from "./locks.ts";
import { requireRemoval } from "./require-removal.ts";

const failed = { location: "memory", action: "remove", file: "data/0" } as const;
const system = (code: string): unknown => localError(failed, Object.assign(new Error(`${code}: planted`), { code }));
const s3 = (name: string, status: number): unknown =>
  s3Error(failed, Object.assign(new Error("planted"), { name, $metadata: { httpStatusCode: status } }));

/** As the storages themselves put them into words. */
const refusals: Readonly<Record<string, unknown>> = {
  "a folder that may not be changed": system("EACCES"),
  "an immutable file": system("EPERM"),
  "a file system mounted read-only": system("EROFS"),
  "rest-server --append-only": statusError(failed, { status: 403 }),
  "a server without DELETE": statusError(failed, { status: 405 }),
  "a key that may not delete": s3("AccessDenied", 403),
  "a bucket that lets nobody delete": s3("MethodNotAllowed", 405),
};
const passing: Readonly<Record<string, { readonly error: unknown; readonly code: string }>> = {
  "a disk's error": { error: system("EIO"), code: "STORAGE_FAILED" },
  "a handle of NFS that is stale": { error: system("ESTALE"), code: "STORAGE_FAILED" },
  "a server that restarts": { error: statusError(failed, { status: 503 }), code: "STORAGE_ANSWERED" },
  "a bucket that is busy": { error: s3("SlowDown", 503), code: "STORAGE_ANSWERED" },
  "no network": {
    error: requestError(failed, new HttpFailure("unreachable", "no route")),
    code: "STORAGE_UNREACHABLE",
  },
};

async function repositoryThat(fails: () => unknown) {
  const before = (call: string): void => {
    const error = call === "remove" ? fails() : undefined;
    if (error !== undefined) throw error;
  };
  const storage = new MemoryStorage({ before });
  return await initRepository(storage, { password: "p", actor: testActor(), kdf: cheapKdf });
}

it("a refusal is said to be one, wherever something is to be removed", async () => {
  for (const [name, error] of Object.entries(refusals)) {
    const repo = await repositoryThat(() => error);
    await writeLock(repo, "shared");
    await assert.rejects(requireRemoval(repo, "data"), { code: "STORAGE_APPEND_ONLY" }, name);
    await assert.rejects(unlockRepository(repo, { all: true }), { code: "STORAGE_APPEND_ONLY" }, name);
    assert.equal((await listLocks(repo)).length, 1);
  }
});

it("what may pass keeps its own words", async () => {
  const { signal } = new AbortController();
  for (const [name, { error, code }] of Object.entries(passing)) {
    const repo = await repositoryThat(() => error);
    await writeLock(repo, "shared");
    await assert.rejects(requireRemoval(repo, "data"), { code }, name);
    await assert.rejects(unlockRepository(repo, { all: true }), { code }, name);
    let asked = false;
    const later = await repositoryThat(() => {
      const first = !asked;
      asked = true;
      return first ? undefined : error;
    });
    const removing = removeSnapshots(later, ["a".repeat(64) as never], { signal });
    if (code === "STORAGE_UNREACHABLE") await assert.rejects(removing, { code }, name);
    else assert.equal((await removing).failed.length, 1, name);
  }
});
