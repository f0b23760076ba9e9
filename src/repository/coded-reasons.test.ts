/** What is wrong with something in a repository is said in the reader's language, whatever was damaged. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { messagesIn } from "../../tests/support/messages.ts";
import { copy, flip, names, type Scene } from "../../tests/support/repair-scene.ts";
import { ObhutError } from "../base/errors.ts";
import { type Finding, finding } from "../base/finding-codes.ts";
import { errorSentence, findingSentence } from "../messages/messages.ts";
import { checkRepository } from "./check/check-repository.ts";
import { failureReason, severalReasons } from "./failure-reason.ts";
import { decodeConfig } from "./format/config-file.ts";
import { decodeKeyFile } from "./format/key-file.ts";
import { decodeSnapshot } from "./format/snapshot-file.ts";

const de = messagesIn("de");

function cut(scene: Scene, name: string, bytes: number): void {
  const whole = scene.files.get(name) ?? assert.fail(name);
  scene.files.set(name, whole.slice(0, bytes));
}

async function damagesOf(scene: Scene): Promise<Finding[]> {
  const { findings } = await checkRepository(scene.repo, { readData: { kind: "all" } });
  return findings.filter(({ code }) => code.endsWith("_DAMAGED"));
}

it("every finding of a check on files that are flipped, cut off or empty", async () => {
  let seen = 0;
  for (const type of ["data", "index", "snapshots", "keys"]) {
    for (const harm of [20, "end", "short", "empty"] as const) {
      const scene = copy();
      for (const name of names(scene, type)) {
        const { length } = scene.files.get(name) ?? assert.fail(name);
        if (harm === "short" || harm === "empty") cut(scene, name, harm === "short" ? length - 9 : 0);
        else flip(scene, name, harm === "end" ? length - 3 : harm);
      }
      for (const found of await damagesOf(scene)) {
        const why = "reason" in found.params ? found.params.reason : undefined;
        assert.ok(typeof why === "object", JSON.stringify(found));
        assert.doesNotMatch(findingSentence(de, found).what, /\b(its|the|bytes?)\b|\{|object Object/);
        seen++;
      }
    }
  }
  assert.ok(seen > 20, `only ${seen}`);
});

it("every error for a document that is none", () => {
  const key = { kdf: "scrypt", N: 2, r: 1, p: 1, salt: "", data: "" };
  const decodings: readonly (() => unknown)[] = [
    () => decodeSnapshot(Buffer.from("["), "x"),
    () => decodeSnapshot(Buffer.from("[]"), "x"),
    () => decodeSnapshot(Buffer.from("{}"), "x"),
    () => decodeConfig(Buffer.from("{}"), "x"),
    () => decodeKeyFile(Buffer.from('{"kdf":"other"}'), "x"),
    () => decodeKeyFile(Buffer.from(JSON.stringify({ ...key, N: "2" })), "x"),
    () => decodeKeyFile(Buffer.from(JSON.stringify({ ...key, N: 2 ** 40 })), "x"),
    () => decodeKeyFile(Buffer.from(JSON.stringify(key)), "x"),
  ];
  for (const decode of decodings) {
    assert.throws(decode, (error: unknown) => {
      assert.ok(error instanceof ObhutError && typeof failureReason(error) === "object", String(error));
      assert.doesNotMatch(errorSentence(de, error).what, /\b(its|missing|costs)\b|\{\w+\}/);
      return true;
    });
  }
});

it("an answer, a silence, a short read: in words, not in the program's own notation", () => {
  const location = "s3:host/bucket";
  const said = (error: ObhutError): string => {
    const found = finding("SNAPSHOT_UNREADABLE", { snapshot: "1a2b3c4d", reason: failureReason(error) });
    return findingSentence(de, found).what;
  };
  assert.match(
    said(new ObhutError("STORAGE_ANSWERED", { location, action: "read", status: 500 })),
    /: der Server antwortete 500\. /,
  );
  assert.match(
    said(new ObhutError("STORAGE_TIMEOUT", { location, action: "read", seconds: 60 })),
    /: 60 s lang ging es nicht voran\. /,
  );
  const short = new ObhutError("STORAGE_SHORT_READ", { location, file: "snapshots/1a", wanted: 9, got: 4 });
  assert.match(said(short), /: es kamen nur 4 von 9 Bytes\. /);
});

it("three reasons are told, and how many more there are", () => {
  const told = (count: number): string => {
    const [first = "", ...others] = Array.from({ length: count }, (_, at) => `reason ${at}`);
    const found = finding("PACK_DAMAGED", { pack: "1a", reason: severalReasons([first, ...others]) });
    return findingSentence(de, found).what;
  };
  assert.match(told(1), /: reason 0\./);
  assert.match(told(3), /: reason 0; reason 1; reason 2\./);
  assert.match(told(5), /: reason 0; reason 1; reason 2; \+2\./);
});
