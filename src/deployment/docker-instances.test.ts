import assert from "node:assert/strict";
import { test } from "node:test";
import { findDockerInstances, instancesIn } from "./docker-instances.ts";

const image = "ghcr.io/open-webui/open-webui:main";
const mount = { Destination: "/app/backend/data", Source: "/var/lib/docker/volumes/open-webui/_data" };

test("finds the data directory behind a container's mount, running ones first", () => {
  const found = instancesIn([
    { Name: "/old", State: { Running: false }, Config: { Image: image, Env: [] }, Mounts: [mount] },
    { Name: "/webui", State: { Running: true }, Config: { Image: image, Env: ["A=b=c", "D"] }, Mounts: [mount] },
    { Name: "/db", State: { Running: true }, Config: { Image: "postgres", Env: null }, Mounts: [mount] },
  ]);
  assert.deepEqual(found, [
    {
      container: "webui",
      running: true,
      dataDirectory: mount.Source,
      environment: { A: "b=c", D: "" },
      workingDirectory: "/app/backend",
    },
    {
      container: "old",
      running: false,
      dataDirectory: mount.Source,
      environment: {},
      workingDirectory: "/app/backend",
    },
  ]);
});

test("follows DATA_DIR and the innermost mount", () => {
  const Mounts = [
    { Destination: "/srv", Source: "/host/srv" },
    { Destination: "/srv/webui", Source: "/host/other" },
  ];
  const Config = { Image: "my/image", Env: ["WEBUI_BUILD_VERSION=1", "DATA_DIR=/srv/webui/data/"] };
  assert.equal(instancesIn([{ Name: "/a", Config, Mounts }])[0]?.dataDirectory, "/host/other/data");
  assert.deepEqual(instancesIn([{ Name: "/a", Config: { Image: image }, Mounts }]), []);
});

test("data that no mount keeps is found in the view of a running container", () => {
  const GraphDriver = { Data: { MergedDir: "/var/lib/docker/overlay2/0a1b/merged" } };
  const one = { Name: "/a", Config: { Image: image }, Mounts: [{ Destination: "/app", Source: "/host" }], GraphDriver };
  const found = (more: object): readonly (string | undefined)[] =>
    instancesIn([{ ...one, ...more }]).map(({ dataDirectory }) => dataDirectory);
  assert.deepEqual(found({ State: { Running: true }, Mounts: [] }), [
    "/var/lib/docker/overlay2/0a1b/merged/app/backend/data",
  ]);
  assert.deepEqual(found({ State: { Running: false }, Mounts: [] }), []);
  assert.deepEqual(found({ State: { Running: true } }), ["/host/backend/data"]);
});

test("no docker program means no instances", async () => {
  assert.deepEqual(await findDockerInstances("/nonexistent/docker"), []);
});
