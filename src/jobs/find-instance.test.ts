import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isObhutError } from "../base/errors.ts";
import { findInstance } from "./find-instance.ts";

test("the folder given, $DATA_DIR, ./data, Docker: the first that holds a database", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "obhut-find-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const make = (name: string): string => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "webui.db"), "");
    return join(folder, name);
  };
  const volume = make("volume");
  const docker = {
    container: "webui",
    running: true,
    dataDirectory: volume,
    environment: {},
    workingDirectory: "/app/backend",
  };
  const base = { given: undefined, env: {}, folder, findDocker: async () => [docker] };

  assert.deepEqual(await findInstance({ ...base, findDocker: async () => [] }), undefined);
  assert.deepEqual(await findInstance(base), { how: "docker", dataDirectory: volume, docker });
  const here = make("data");
  assert.deepEqual(await findInstance(base), { how: "here", dataDirectory: here });
  const named = make("named");
  assert.deepEqual(await findInstance({ ...base, env: { DATA_DIR: "named" } }), {
    how: "environment",
    dataDirectory: named,
  });
  assert.deepEqual(await findInstance({ ...base, given: "volume" }), { how: "given", dataDirectory: volume });
  const nested = make("app/data");
  assert.deepEqual(await findInstance({ ...base, given: "app" }), { how: "given", dataDirectory: nested });
  await assert.rejects(findInstance({ ...base, given: "nothing" }), (error) => isObhutError(error, "SOURCE_MISSING"));
  mkdirSync(join(folder, "empty"));
  await assert.rejects(findInstance({ ...base, given: "empty" }), (error) => isObhutError(error, "DATABASE_MISSING"));
});
