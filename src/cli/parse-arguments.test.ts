import assert from "node:assert/strict";
import { test } from "node:test";
import { isObhutError } from "../base/errors.ts";
import type { Reason } from "../base/reason-codes.ts";
import { closestName, editDistance } from "./closest-name.ts";
import { parseArguments } from "./parse-arguments.ts";

function reasonFor(...words: string[]): string {
  try {
    parseArguments(words);
  } catch (error) {
    assert.ok(isObhutError(error, "USAGE"));
    return (error.params.reason as Reason).code;
  }
  return "accepted";
}

test("options before and after the command, joined and apart, repeated", () => {
  const args = parseArguments(["--lang", "de", "backup", "--to=/a", "--to", "./b", "-r/c", "--tag", "x", "--json"]);
  assert.equal(args.command, "backup");
  assert.deepEqual(args.list("to"), ["/a", "./b", "/c"]);
  assert.deepEqual(args.list("tag"), ["x"]);
  assert.equal(args.value("lang"), "de");
  assert.equal(args.flag("json"), true);
  assert.equal(args.flag("dry-run"), false);
});

test("-r is the repository that is read, or the one that is written", () => {
  assert.equal(parseArguments(["snapshots", "-r", "/x"]).value("from"), "/x");
  assert.deepEqual(parseArguments(["backup", "-r", "/x"]).list("to"), ["/x"]);
});

test("words behind -- are never options", () => {
  assert.deepEqual(parseArguments(["ls", "latest", "--", "-x"]).positionals, ["latest", "-x"]);
});

test("what is wrong is named", () => {
  assert.equal(reasonFor("frobnicate"), "unknownCommand");
  assert.equal(reasonFor("bakup"), "unknownCommandGuess");
  assert.equal(reasonFor("backup", "--frobnicate"), "unknownOption");
  assert.equal(reasonFor("backup", "--dta", "x"), "unknownOptionGuess");
  assert.equal(reasonFor("backup", "--remove-all"), "unknownOption");
  assert.equal(reasonFor("backup", "--data"), "optionNeedsValue");
  assert.equal(reasonFor("backup", "--data", "--json"), "optionNeedsValue");
  assert.equal(reasonFor("backup", "--data="), "optionNeedsValue");
  assert.equal(reasonFor("backup", "--json=yes"), "optionTakesNoValue");
  assert.equal(reasonFor("backup", "--data", "a", "--data", "b"), "optionOnce");
  assert.equal(reasonFor("restore"), "argumentMissing");
  assert.equal(reasonFor("ls", "latest", "a", "b"), "argumentTooMany");
  assert.equal(reasonFor("completion", "tcsh"), "choiceInvalid");
  assert.equal(reasonFor("version", "--lang", "fr"), "choiceInvalid");
  assert.equal(reasonFor("--frobnicate"), "unknownOption");
});

test("--help wins over what else is wrong with a command", () => {
  assert.equal(parseArguments(["restore", "--help"]).flag("help"), true);
  assert.equal(parseArguments(["restore", "--data", "x", "-h"]).flag("help"), true);
  assert.equal(parseArguments([]).command, "help");
  assert.equal(parseArguments(["--help"]).command, "help");
  assert.equal(parseArguments(["--version"]).command, "version");
});

test("the distance between words counts single edits", () => {
  assert.equal(editDistance("backup", "backup"), 0);
  assert.equal(editDistance("bakcup", "backup"), 2);
  assert.equal(editDistance("", "ls"), 2);
  assert.equal(closestName("snapshot", ["snapshots", "ls"]), "snapshots");
  assert.equal(closestName("zzz", ["ls", "dump"]), undefined);
});

test("a command may have two words, with options before, between and behind", () => {
  const args = parseArguments(["--lang=de", "key", "--quiet", "remove", "abc", "-r", "/x"]);
  assert.equal(args.command, "key remove");
  assert.deepEqual(args.positionals, ["abc"]);
  assert.equal(args.value("from"), "/x");
  assert.deepEqual(parseArguments(["key", "--help"]).positionals, ["key"]);
  assert.equal(parseArguments(["key", "add", "--help"]).command, "key add");
  assert.equal(reasonFor("key"), "subcommandMissing");
  assert.equal(reasonFor("key", "--json"), "subcommandMissing");
  assert.equal(reasonFor("key", "frobnicate"), "unknownCommand");
  assert.equal(reasonFor("key", "romove", "x"), "unknownCommandGuess");
});
