import assert from "node:assert/strict";
import { test } from "node:test";
import { isObhutError } from "../base/errors.ts";
import { chooseCache } from "./cache-choice.ts";

const nothing = { folder: undefined, none: false };
const at = (env: Record<string, string>) => ({ env, folder: "/here", home: "/home/ada" });

test("the folder is the option's, else the environment's, else the user's", () => {
  const all = { OBHUT_CACHE_DIR: "own", RESTIC_CACHE_DIR: "/restic", XDG_CACHE_HOME: "/xdg" };
  const { OBHUT_CACHE_DIR: _own, ...withoutOwn } = all;
  const cases = [
    [{ folder: "there", none: false }, all, { folder: "/here/there", use: "all" }],
    [nothing, all, { folder: "/here/own", use: "distant" }],
    [nothing, withoutOwn, { folder: "/restic/obhut", use: "distant" }],
    [nothing, { XDG_CACHE_HOME: "/xdg" }, { folder: "/xdg/obhut", use: "distant" }],
    [
      nothing,
      { XDG_CACHE_HOME: "relative", OBHUT_CACHE_DIR: "" },
      { folder: "/home/ada/.cache/obhut", use: "distant" },
    ],
    [{ folder: undefined, none: true }, all, { folder: undefined, use: "distant" }],
  ] as const;
  for (const [given, env, expected] of cases) assert.deepEqual(chooseCache(given, at(env)), expected);
});

test("a folder and none at all contradict each other", () => {
  assert.throws(
    () => chooseCache({ folder: "x", none: true }, at({})),
    (error) => isObhutError(error, "USAGE"),
  );
});
