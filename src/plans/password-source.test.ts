import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { isObhutError } from "../base/errors.ts";
import { choosePasswordSource } from "./password-source.ts";
import { splitCommand } from "./split-command.ts";

const none = { file: undefined, command: undefined };

test("options come before OBHUT_*, and those before RESTIC_*", () => {
  const env = { OBHUT_PASSWORD: "one", RESTIC_PASSWORD_FILE: "/two" };
  assert.deepEqual(choosePasswordSource({ ...none, file: "/zero" }, env), { kind: "file", path: "/zero" });
  const fromObhut = choosePasswordSource(none, env);
  assert.equal(fromObhut?.kind === "value" && fromObhut.password.reveal(), "one");
  assert.deepEqual(choosePasswordSource(none, { RESTIC_PASSWORD_FILE: "/two", RESTIC_PASSWORD: "x" }), {
    kind: "file",
    path: "/two",
  });
  assert.deepEqual(choosePasswordSource(none, { RESTIC_PASSWORD_COMMAND: "pass show 'my repo'" }), {
    kind: "command",
    argv: ["pass", "show", "my repo"],
  });
  assert.equal(choosePasswordSource(none, { RESTIC_PASSWORD: "" }), undefined);
});

test("a file and a command together are refused", () => {
  const isUsage = (error: unknown): boolean => isObhutError(error, "USAGE");
  assert.throws(() => choosePasswordSource({ file: "/a", command: "b" }, {}), isUsage);
  assert.throws(() => choosePasswordSource(none, { RESTIC_PASSWORD_FILE: "a", RESTIC_PASSWORD_COMMAND: "b" }), isUsage);
  assert.throws(() => choosePasswordSource({ ...none, command: "  " }, {}), isUsage);
});

test("a password never shows", () => {
  const source = choosePasswordSource(none, { OBHUT_PASSWORD: "geheim" });
  assert.doesNotMatch(`${JSON.stringify(source)} ${inspect(source, { depth: 9, showHidden: true })}`, /geheim/);
  assert.equal(source?.kind === "value" && `${source.password}`, "[secret]");
});

test("words of a command are split as a shell would, and nothing more is done", () => {
  assert.deepEqual(splitCommand("a  b\tc"), ["a", "b", "c"]);
  assert.deepEqual(splitCommand(`a 'b "c' "d 'e" f\\ g ''`), ["a", `b "c`, "d 'e", "f g", ""]);
  assert.deepEqual(splitCommand(`"a \\" \\n" '\\'`), ['a " \\n', "\\"]);
  assert.deepEqual(splitCommand("$HOME; rm * | x"), ["$HOME;", "rm", "*", "|", "x"]);
  assert.throws(
    () => splitCommand("a 'b"),
    (error) => isObhutError(error, "USAGE"),
  );
});
