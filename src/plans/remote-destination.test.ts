import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDestination } from "./destination.ts";

const read = (written: string) => parseDestination(written, "/here");

test("a REST server: the password is kept out of what is shown", () => {
  const written = "rest:https://ada:ge%20heim@host:8000/obhut";
  const found = read(written);
  assert.ok(found.kind === "rest");
  assert.equal(found.url, "https://host:8000/obhut/");
  assert.equal(found.user, "ada");
  assert.equal(found.password?.reveal(), "ge heim");
  assert.equal(found.written, "rest:https://ada:***@host:8000/obhut/");
  assert.ok(!JSON.stringify(found).includes("heim"));
  assert.deepEqual(read("rest:http://host"), { kind: "rest", written: "rest:http://host/", url: "http://host/" });
});

test("buckets, with and without a prefix", () => {
  for (const [written, endpoint, bucket, prefix] of [
    ["s3:host/bucket", "https://host", "bucket", ""],
    ["s3://host/bucket/a/b/", "https://host", "bucket", "a/b"],
    ["s3:http://127.0.0.1:9000/bucket//a", "http://127.0.0.1:9000", "bucket", "a"],
  ] as const) {
    assert.deepEqual(read(written), { kind: "s3", written, endpoint, bucket, prefix });
  }
  assert.deepEqual(read("b2:bucket"), { kind: "b2", written: "b2:bucket", bucket: "bucket", prefix: "" });
  assert.deepEqual(read("b2:bucket:/a/b"), { kind: "b2", written: "b2:bucket:/a/b", bucket: "bucket", prefix: "a/b" });
});

test("rclone gets its remote as it was written", () => {
  assert.deepEqual(read("rclone:b2:a/b"), { kind: "rclone", written: "rclone:b2:a/b", remote: "b2:a/b" });
  assert.deepEqual(read("rclone::local:/x"), { kind: "rclone", written: "rclone::local:/x", remote: ":local:/x" });
});

test("SFTP in both spellings", () => {
  for (const [written, parts] of [
    ["sftp:ada@host:/path/", { user: "ada", host: "host", path: "/path" }],
    ["sftp:host:from/home", { host: "host", path: "from/home" }],
    ["sftp:ada@work@host:/p", { user: "ada@work", host: "host", path: "/p" }],
    ["sftp://ada@host:2222//srv/x", { user: "ada", host: "host", port: 2222, path: "/srv/x" }],
    ["sftp://host/from/home", { host: "host", path: "from/home" }],
    ["sftp://ada@[::1]:22//x", { user: "ada", host: "::1", port: 22, path: "/x" }],
  ] as const) {
    assert.deepEqual(read(written), { kind: "sftp", written, ...parts });
  }
});
