import assert from "node:assert/strict";
import { readdirSync, renameSync } from "node:fs";
import { test } from "node:test";
import { messagesIn } from "../../tests/support/messages.ts";
import { ObhutError, reasonOf } from "../base/errors.ts";
import { reason } from "../base/reason-codes.ts";
import { errorSentence } from "./messages.ts";
import { systemReason } from "./system-reason.ts";

const [en, de] = [messagesIn("en"), messagesIn("de")];

function failureOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return reasonOf(error);
  }
  return assert.fail("it did not fail");
}

test("what the system says is put into words, with its code, and paths that were not told yet", () => {
  const missing = failureOf(() => readdirSync("/nowhere, 'at' all"));
  assert.equal(systemReason(missing, en.system, []), "there is no such file or folder (ENOENT, /nowhere, 'at' all)");
  assert.equal(systemReason(missing, de.system, ["/nowhere, 'at' all"]), "Datei oder Ordner nicht gefunden (ENOENT)");
  const moved = failureOf(() => renameSync("/nowhere", "/proc/version"));
  assert.match(systemReason(moved, de.system, ["/nowhere"]), /^.+ \(E[A-Z]+, \/proc\/version\)$/);
  assert.equal(systemReason("EACCES", de.system, []), "keine Berechtigung (EACCES)");
});

test("other words stay as they are", () => {
  for (const text of ["no luck", "E: no, open", "ERR_SOMETHING: x, y", "EWHATEVER: unknown thing, open '/x'", ""]) {
    assert.equal(systemReason(text, de.system, []), text);
  }
});

test("a reason in an error, and in a reason of it, is put into words", () => {
  const said = failureOf(() => readdirSync("/nowhere"));
  const inside = new ObhutError("USAGE", { reason: reason("fileUnreadable", { file: "/nowhere", reason: said }) });
  assert.equal(
    errorSentence(de, inside).what,
    "/nowhere ließ sich nicht lesen: Datei oder Ordner nicht gefunden (ENOENT)",
  );
  const failed = new ObhutError("TARGET_FAILED", { target: "/nowhere", reason: said });
  assert.equal(
    errorSentence(en, failed).what,
    "Restoring into /nowhere failed: there is no such file or folder (ENOENT).",
  );
  assert.equal(failed.params.reason, said);
});
