import assert from "node:assert/strict";
import { test } from "node:test";
import { isObhutError } from "../base/errors.ts";
import type { Reason } from "../base/reason-codes.ts";
import { parseDestination, parseDestinations } from "./destination.ts";

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
  assert.equal(parseDestination("/mnt/backup", "/here").path, "/mnt/backup");
  assert.equal(parseDestination("./backup", "/here").path, "/here/backup");
  assert.equal(parseDestination("../backup", "/here/now").path, "/here/backup");
  assert.equal(parseDestination("local:backup", "/here").path, "/here/backup");
  assert.equal(parseDestination("a/b", "/here").path, "/here/a/b");
  assert.equal(parseDestination("./a:b", "/here").path, "/here/a:b");
});

test("what is not understood is never a folder", () => {
  for (const scheme of ["s3", "b2", "sftp", "rest", "rclone", "mirror", "dated", "linked"]) {
    assert.equal(reasonFor(`${scheme}:somewhere/else`), "destinationNotYet");
  }
  assert.equal(reasonFor("ftp://host/x"), "destinationUnknownScheme");
  assert.equal(reasonFor("S3:bucket"), "destinationUnknownScheme");
  assert.equal(reasonFor("rest:https://ada:geheim@host/"), "destinationNotYet");
  assert.equal(reasonFor("backup"), "destinationBareWord");
  assert.equal(reasonFor(""), "destinationEmpty");
  assert.equal(reasonFor("local:"), "destinationEmpty");
});

test("one place cannot be fed twice, and not more places than a run can feed", () => {
  assert.equal(reasonFor("/a", "/b", "/a/"), "destinationTwice");
  assert.equal(reasonFor(...Array.from({ length: 17 }, (_, index) => `/${index}`)), "destinationTooMany");
  assert.equal(reasonFor(...Array.from({ length: 16 }, (_, index) => `/${index}`)), "accepted");
});
