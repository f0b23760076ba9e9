import assert from "node:assert/strict";
import { test } from "node:test";
import { instanceName } from "./instance-name.ts";

test("the option, then the environment, then the machine", () => {
  assert.equal(instanceName("one", { OBHUT_INSTANCE: "two" }, "nas"), "one");
  assert.equal(instanceName(undefined, { OBHUT_INSTANCE: "two" }, "nas"), "two");
  assert.equal(instanceName(undefined, {}, "nas"), "nas");
});

test("names that the next deployment changes are no names", () => {
  for (const name of ["", "localhost", "0a1b2c3d4e5f", "obhut-7d9f8b6c54-x2x4z"]) {
    assert.equal(instanceName(undefined, {}, name), "open-webui", name);
  }
  assert.equal(instanceName(undefined, { KUBERNETES_SERVICE_HOST: "10.0.0.1" }, "worker"), "open-webui");
  assert.equal(instanceName(undefined, {}, "home-server-alpha"), "home-server-alpha");
});
