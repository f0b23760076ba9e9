import assert from "node:assert/strict";
import { test } from "node:test";
import { isObhutError } from "../base/errors.ts";
import type { Reason } from "../base/reason-codes.ts";
import { type StorageOptions, storageOptions } from "./storage-options.ts";

function given(settings: readonly string[], env: Record<string, string> = {}): StorageOptions {
  return storageOptions(
    { settings, ca: undefined, clientCertificate: undefined, limitUpload: undefined, limitDownload: undefined },
    { env, folder: "/here" },
  );
}

test("restic's spelling; of one name the last counts, and values may hold equal signs and quotes", () => {
  assert.deepEqual(given([]), {
    sftp: {},
    rest: {},
    rclone: {},
    s3: {},
    b2: {},
    tls: {},
    pace: { upload: undefined, download: undefined },
  });
  assert.deepEqual(given(["sftp.connections=9", "sftp.args=-p 22 -o 'User=ada l'", "sftp.connections=2"]).sftp, {
    args: ["-p", "22", "-o", "User=ada l"],
    connections: 2,
  });
  assert.deepEqual(given(["sftp.command=ssh -p 1 host -s sftp", "rest.connections=3", "rclone.timeout=2m"]), {
    sftp: { command: ["ssh", "-p", "1", "host", "-s", "sftp"] },
    rest: { connections: 3 },
    rclone: { timeoutMs: 120_000 },
    s3: {},
    b2: {},
    tls: {},
    pace: { upload: undefined, download: undefined },
  });
});

test("restic's variables; an option of the call wins", () => {
  const env = { RESTIC_CACERT: "ca.pem", RESTIC_TLS_CLIENT_CERT: "/me.pem", RESTIC_REST_PASSWORD: "geheim" };
  const found = given([], env);
  assert.deepEqual(found.tls, { ca: "/here/ca.pem", client: "/me.pem" });
  assert.equal(found.rest.login?.user, "");
  assert.equal(found.rest.login?.password.reveal(), "geheim");
  const asked = {
    settings: [],
    ca: "/other.pem",
    clientCertificate: undefined,
    limitUpload: undefined,
    limitDownload: undefined,
  };
  assert.equal(storageOptions(asked, { env, folder: "/here" }).tls.ca, "/other.pem");
});

test("what is not understood is an error that names what there is", () => {
  for (const [settings, code] of [
    [["sftp.conections=1"], "storageOptionUnknown"],
    [["nonsense"], "storageOptionUnknown"],
    [["sftp.connections=0"], "storageOptionValue"],
    [["rest.connections=many"], "storageOptionValue"],
    [["sftp.connections"], "storageOptionValue"],
    [["rclone.timeout=5"], "storageOptionValue"],
    [["sftp.command="], "optionNeedsValue"],
    [["sftp.args='half"], "commandQuotes"],
    [["sftp.command=ssh", "sftp.args=-v"], "oneOfTwo"],
  ] as const) {
    assert.throws(
      () => given(settings),
      (e) => isObhutError(e, "USAGE") && (e.params.reason as unknown as Reason).code === code,
      settings.join(" "),
    );
  }
});

test("limits are KiB a second, and 0 is none", () => {
  const limited = (limitUpload: string, limitDownload: string): StorageOptions["pace"] =>
    storageOptions(
      { settings: [], ca: undefined, clientCertificate: undefined, limitUpload, limitDownload },
      { env: {}, folder: "/here" },
    ).pace;
  assert.deepEqual(limited("500", "0"), { upload: 512_000, download: undefined });
  for (const wrong of ["-1", "1.5", "fast", "5M", ""]) assert.throws(() => limited(wrong, "1"), /storageOptionValue/);
});
