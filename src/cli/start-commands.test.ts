import assert from "node:assert/strict";
import { test } from "node:test";
import { shellWord, startCommands } from "./start-commands.ts";

const base = {
  target: "/srv/restored",
  dataPath: undefined,
  appVersion: { version: "0.12.4", certainty: "exact" },
  encrypted: false,
  secrets: { names: ["WEBUI_SECRET_KEY"], folder: undefined },
  program: "bin/obhut",
  repository: "./my backup",
  snapshot: "0a1b2c3d",
} as const;
const read = "bin/obhut dump 0a1b2c3d /open-webui/secrets/WEBUI_SECRET_KEY -r './my backup'";

test("Docker and the package, at the release that was captured, the key read from where it is", () => {
  assert.deepEqual(startCommands(base), [
    `KEY="$(${read})" && docker run -d -p 3000:8080 -v /srv/restored:/app/backend/data -e WEBUI_SECRET_KEY="$KEY" ghcr.io/open-webui/open-webui:v0.12.4`,
    `KEY="$(${read})" && DATA_DIR=/srv/restored WEBUI_SECRET_KEY="$KEY" uvx open-webui==0.12.4 serve`,
  ]);
  assert.ok(
    startCommands({ ...base, passwordFile: "my key" })[0]?.startsWith(`KEY="$(${read} -p 'my key')" && docker `),
  );
  const written = { names: ["WEBUI_SECRET_KEY"], folder: "/keys" };
  assert.match(
    startCommands({ ...base, secrets: written })[0] ?? "",
    /^KEY="\$\(cat \/keys\/WEBUI_SECRET_KEY\)" && docker /,
  );
});

test("an encrypted database is started with its password", () => {
  const secrets = { names: ["WEBUI_SECRET_KEY", "DATABASE_PASSWORD"], folder: "/keys" };
  const [docker = ""] = startCommands({ ...base, encrypted: true, secrets });
  assert.ok(
    docker.startsWith('KEY="$(cat /keys/WEBUI_SECRET_KEY)" && PASSWORD="$(cat /keys/DATABASE_PASSWORD)" && docker '),
  );
  assert.ok(
    docker.includes(' -e DATABASE_TYPE=sqlite+sqlcipher -e WEBUI_SECRET_KEY="$KEY" -e DATABASE_PASSWORD="$PASSWORD" '),
  );
});

test("where rows name another path only Docker can show the folder there", () => {
  const [docker, ...others] = startCommands({ ...base, dataPath: "/data", secrets: { names: [], folder: undefined } });
  assert.equal(
    docker,
    "docker run -d -p 3000:8080 -v /srv/restored:/data -e DATA_DIR=/data ghcr.io/open-webui/open-webui:v0.12.4",
  );
  assert.deepEqual(others, []);
  assert.equal(startCommands({ ...base, dataPath: base.target }).length, 2);
});

test("a release that is only guessed is not named", () => {
  const guessed = startCommands({ ...base, appVersion: { version: "0.12.0", certainty: "at-least" } });
  assert.match(guessed[0] ?? "", /open-webui:main$/);
  assert.match(guessed[1] ?? "", / uvx open-webui serve$/);
});

test("words that a shell would take apart are quoted", () => {
  assert.equal(shellWord("a b"), "'a b'");
  assert.equal(shellWord("it's"), "'it'\\''s'");
  assert.equal(shellWord("/plain/path-1.0"), "/plain/path-1.0");
});
