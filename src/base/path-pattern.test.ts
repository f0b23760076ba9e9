import assert from "node:assert/strict";
import { it } from "node:test";
import { bytePath, bytePathOf } from "./byte-path.ts";
import { matchPath, parsePathPattern } from "./path-pattern.ts";

function matched(patterns: string | string[], path: string): boolean {
  return result(patterns, path).matched;
}

function result(patterns: string | string[], path: string): ReturnType<typeof matchPath> {
  const parsed = [patterns].flat().map((text) => parsePathPattern(text) ?? assert.fail(`bad pattern ${text}`));
  return matchPath(parsed, bytePath(path));
}

// The table is the one of restic's internal/filter/filter_test.go, as far as its paths are absolute.
const table: [pattern: string, path: string, matches: boolean][] = [
  ["*.go", "/foo/bar/test.go", true],
  ["*.c", "/foo/bar/test.go", false],
  ["*", "/foo/bar/test.go", true],
  ["**", "/foo/bar/test.go", true],
  ["foo*", "/foo/bar/test.go", true],
  ["bar*", "/foo/bar/test.go", true],
  ["/foo*", "/foo/bar/test.go", true],
  ["bar/*", "/foo/bar/test.go", true],
  ["/bar/*", "/foo/bar/test.go", false],
  ["/*.go", "/foo/bar/test.go", false],
  ["/foo/*/test.go", "/foo/bar/test.go", true],
  ["/foo/*/bar/test.go", "/foo/bar/test.go", false],
  ["/foo/bar/test.go/", "/foo/bar/test.go", true],
  ["/foo/**/test.*", "/foo/bar/test.go", true],
  ["/foo/**/bar/*.go", "/foo/bar/test.go", true],
  ["foo/**/test.go", "/foo/bar/baz/test.go", true],
  ["**/test.go", "/foo/bar/baz/test.go", true],
  ["/**/bar", "/foo/bar/baz", true],
  ["/**/x", "/foo/bar/baz", false],
  ["foo", "/foo", true],
  ["/foo", "/foo/bar", true],
  ["foo/bar", "/x/foo/bar/baz", true],
  ["ba[rz]", "/foo/bar", true],
  ["ba[^rz]", "/foo/bar", false],
  ["ba[a-s]", "/foo/bar", true],
  ["b?r", "/foo/bär", true],
  ["b\\*r", "/foo/b*r", true],
  ["b\\*r", "/foo/bar", false],
  ["webui.db", "/open-webui/data/webui-db", false],
  ["/open-webui/data/uploads", "/open-webui/data/uploads/a", true],
];

for (const [pattern, path, expected] of table) {
  it(`${pattern} ${expected ? "matches" : "does not match"} ${path}`, () => {
    assert.equal(matched(pattern, path), expected);
  });
}

it("says whether something below can match", () => {
  assert.equal(result("/a/b/c", "/a").childMayMatch, true);
  assert.equal(result("/a/b/c", "/a/b").childMayMatch, true);
  assert.equal(result("/a/b/c", "/x").childMayMatch, false);
  assert.equal(result("/a/**/c", "/a/x/y").childMayMatch, true);
  assert.equal(result("c", "/x").childMayMatch, true);
});

it("a later ! takes a match back", () => {
  assert.equal(matched(["*.db", "!webui.db"], "/data/webui.db"), false);
  assert.equal(matched(["*.db", "!webui.db"], "/data/other.db"), true);
});

it("a name that is not UTF-8 is matched byte by byte", () => {
  const pattern = parsePathPattern("a?b") ?? assert.fail();
  assert.equal(matchPath([pattern], bytePathOf(Buffer.from([0x2f, 0x61, 0xff, 0x62]))).matched, true);
  assert.equal(matchPath([pattern], bytePathOf(Buffer.from([0x2f, 0x61, 0xff, 0xfe, 0x62]))).matched, false);
});

it("refuses what Go refuses", () => {
  for (const text of ["", "!", "[", "a[", "[]", "a\\", "[z-a]"]) assert.equal(parsePathPattern(text), undefined, text);
});
