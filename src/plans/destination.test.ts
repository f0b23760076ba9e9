import assert from "node:assert/strict";
import { test } from "node:test";
import { isObhutError } from "../base/errors.ts";
import type { Reason } from "../base/reason-codes.ts";
import { parseAnyDestination, parseDestination, parseDestinations } from "./destination.ts";

function reasonFor(...written: string[]): string {
  try {
    parseDestinations(written, "/here");
  } catch (error) {
    assert.ok(isObhutError(error, "DESTINATION_INVALID"));
    assert.ok(!String(error.params.destination).includes("geheim"));
    return (error.params.reason as Reason).code;
  }
  return "accepted";
}

test("paths are folders", () => {
  for (const [written, folder, path] of [
    ["/mnt/backup", "/here", "/mnt/backup"],
    ["./backup", "/here", "/here/backup"],
    ["../backup", "/here/now", "/here/backup"],
    ["local:backup", "/here", "/here/backup"],
    ["a/b", "/here", "/here/a/b"],
    ["./a:b", "/here", "/here/a:b"],
  ] as const) {
    assert.deepEqual(parseDestination(written, folder), { kind: "local", written, path });
  }
});

test("what is not understood is never a folder", () => {
  for (const scheme of ["mirror", "dated", "linked"]) {
    assert.equal(reasonFor(`${scheme}:somewhere/else`), "destinationPlain");
    assert.deepEqual(parseAnyDestination(`${scheme}:/mnt/x`, "/here"), {
      kind: scheme,
      written: `${scheme}:/mnt/x`,
      place: { kind: "local", written: "/mnt/x", path: "/mnt/x" },
    });
    for (const wrong of ["bare", "", "rest:https://host/", "linked:/x"]) {
      assert.throws(
        () => parseAnyDestination(`${scheme}:${wrong}`, "/here"),
        (e) => isObhutError(e, "DESTINATION_INVALID"),
      );
    }
  }
  assert.equal(reasonFor("ftp://host/x"), "destinationUnknownScheme");
  assert.equal(reasonFor("S3:bucket"), "destinationUnknownScheme");
  for (const written of [
    "s3:host",
    "s3:",
    "b2:",
    "b2:a/b",
    "rest:",
    "rest:host",
    "rest:https://",
    "rclone:remote",
    "rclone::",
  ])
    assert.equal(reasonFor(written), "destinationSpelling", written);
  for (const written of ["sftp:host", "sftp://host", "sftp:-oProxyCommand=x:/p", "sftp://h:99999//p", "sftp:h:~/x"])
    assert.equal(reasonFor(written), "destinationSpelling", written);
  assert.equal(reasonFor("sftp://ada:geheim@host//x"), "destinationSpelling");
  assert.equal(reasonFor("rest:ftp://ada:geh/geheim@host/"), "destinationSpelling");
  assert.equal(reasonFor("s3:https://key:geheim@host/bucket"), "destinationSpelling");
  assert.equal(reasonFor("backup"), "destinationBareWord");
  assert.equal(reasonFor(""), "destinationEmpty");
  assert.equal(reasonFor("local:"), "destinationEmpty");
});

test("one place cannot be fed twice, and not more places than a run can feed", () => {
  assert.equal(reasonFor("/a", "/b", "/a/"), "destinationTwice");
  assert.equal(reasonFor("rest:https://a:geheim@h/x", "rest:https://h/x/"), "destinationTwice");
  assert.equal(reasonFor("s3:h/b/p", "s3:https://h/b/p/"), "destinationTwice");
  assert.equal(reasonFor("s3:h/b/p", "s3:h/b/q", "b2:b:p", "rclone:b:p", "sftp:h:/p", "sftp:h:p"), "accepted");
  assert.equal(reasonFor(...Array.from({ length: 17 }, (_, index) => `/${index}`)), "destinationTooMany");
  assert.equal(reasonFor(...Array.from({ length: 16 }, (_, index) => `/${index}`)), "accepted");
});
