import assert from "node:assert/strict";
import { test } from "node:test";
import { isObhutError } from "../base/errors.ts";
import type { Reason } from "../base/reason-codes.ts";
import { parseStorageOptions } from "./storage-options.ts";

test("restic's spelling; of one name the last counts, and values may hold equal signs and quotes", () => {
  assert.deepEqual(parseStorageOptions([]).sftp, {});
  assert.deepEqual(
    parseStorageOptions(["sftp.connections=9", "sftp.args=-p 22 -o 'User=ada l'", "sftp.connections=2"]).sftp,
    { args: ["-p", "22", "-o", "User=ada l"], connections: 2 },
  );
  assert.deepEqual(parseStorageOptions(["sftp.command=ssh -p 1 host -s sftp"]).sftp, {
    command: ["ssh", "-p", "1", "host", "-s", "sftp"],
  });
});

test("what is not understood is an error that names what there is", () => {
  for (const [given, code] of [
    [["sftp.conections=1"], "storageOptionUnknown"],
    [["nonsense"], "storageOptionUnknown"],
    [["sftp.connections=0"], "storageOptionValue"],
    [["sftp.connections=many"], "storageOptionValue"],
    [["sftp.connections"], "storageOptionValue"],
    [["sftp.command="], "optionNeedsValue"],
    [["sftp.args='half"], "commandQuotes"],
    [["sftp.command=ssh", "sftp.args=-v"], "oneOfTwo"],
  ] as const) {
    assert.throws(
      () => parseStorageOptions(given),
      (e) => isObhutError(e, "USAGE") && (e.params.reason as unknown as Reason).code === code,
      given.join(" "),
    );
  }
});
