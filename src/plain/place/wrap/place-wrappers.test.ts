import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { tempFolder } from "../../../../tests/support/temp-folder.ts";
import { type BytePath, bytePath } from "../../../base/byte-path.ts";
import { systemClock } from "../../../base/clock.ts";
import { isObhutError, ObhutError } from "../../../base/errors.ts";
import { Pace } from "../../../base/pace.ts";
import type { TracedCall } from "../../../storage/wrap/traced.ts";
import { testPlaceContract } from "../../contract/place-contract.ts";
import { localPlace } from "../local/local-place.ts";
import { bytesContent, type PlainPlace, readSmall } from "../place.ts";
import { pacedPlace } from "./paced-place.ts";
import { retryingPlace } from "./retrying-place.ts";
import { tracedPlace } from "./traced-place.ts";

const at = (path: string): BytePath => bytePath(path);
const newly = { durable: "settle" } as const;
const noPauses = { ...systemClock, sleep: async () => undefined };
const patient = { clock: noPauses, random: () => 0, onNote: () => undefined };
const text = (value: string) => bytesContent(Buffer.from(value));

testPlaceContract("a place that is retried, traced and paced", async () => {
  const folder = await tempFolder("place");
  const line = { upload: new Pace(1e9, systemClock), download: new Pace(1e9, systemClock) };
  const open = (): PlainPlace =>
    retryingPlace(
      tracedPlace(pacedPlace(localPlace(join(folder.path, "root")), line), { clock: systemClock, onCall: () => {} }),
      patient,
    );
  return { place: open(), again: async () => open(), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
});

/** A local place of which some calls fail once: before the work, or after it, when only the answer is lost. */
async function failing(call: keyof PlainPlace, when: "before" | "after") {
  const folder = await tempFolder("place");
  const inner = localPlace(folder.path);
  const work = inner[call] as (...args: unknown[]) => Promise<unknown>;
  let failures = 0;
  const lost = (): ObhutError => new ObhutError("STORAGE_UNREACHABLE", { location: "place", reason: "cut" });
  const failed = async (...args: unknown[]): Promise<unknown> => {
    failures += 1;
    if (failures === 1 && when === "before") throw lost();
    const result = await work.apply(inner, args);
    if (failures === 1) throw lost();
    return result;
  };
  const place = retryingPlace(Object.assign(inner, { [call]: failed }), patient);
  return { place, inner, failures: () => failures, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

for (const when of ["before", "after"] as const) {
  it(`what broke off ${when} the work was done is done in the end, once`, async () => {
    for (const call of ["write", "rename", "renameFolder", "link", "duplicate", "remove", "makeFolder"] as const) {
      await using scene = await failing(call, when);
      const { place } = scene;
      if (call !== "write") await place.write(at("f/one"), text("1"), newly);
      if (call === "write") await place.write(at("f/one"), text("1"), { durable: "now", once: true });
      if (call === "rename") await place.rename(at("f/one"), at("f/two"));
      if (call === "renameFolder") await place.renameFolder?.(at("f"), at("g"));
      if (call === "link") await place.link?.(at("f/one"), at("f/two"));
      if (call === "duplicate") await place.duplicate?.(at("f/one"), at("f/two"), "copy");
      if (call === "remove") await place.remove(at("f/one"));
      if (call === "makeFolder") await place.makeFolder(at("h"));
      assert.equal(scene.failures(), 2, call);
      const files = (await Array.fromAsync(place.list(at(""), { deep: true })))
        .map(({ path }) => path as string)
        .sort();
      const expected = {
        write: ["f", "f/one"],
        rename: ["f", "f/two"],
        renameFolder: ["g", "g/one"],
        link: ["f", "f/one", "f/two"],
        duplicate: ["f", "f/one", "f/two"],
        remove: ["f"],
        makeFolder: ["f", "f/one", "h"],
      };
      assert.deepEqual(files, expected[call], call);
    }
  });
}

it("a name that somebody else took stays theirs, after a lost answer too", async () => {
  await using scene = await failing("write", "before");
  await localPlace(scene.inner.location).write(at("run"), text("theirs"), newly);
  const ours = scene.place.write(at("run"), text("ours"), { durable: "now", once: true });
  await assert.rejects(ours, (e) => isObhutError(e, "STORAGE_FILE_EXISTS"));
  assert.equal(String(await readSmall(scene.place, at("run"))), "theirs");
});

it("reading goes on where it broke off, and a refusal is no reason to come back", async () => {
  await using folder = await tempFolder("place");
  const inner = localPlace(folder.path);
  const bytes = Buffer.alloc(3_000_000, "abcdefghijk");
  await inner.write(at("long"), bytesContent(bytes), newly);
  const begun: number[] = [];
  const { read } = inner;
  const cut: PlainPlace["read"] = async function* (path, options = {}) {
    begun.push(options.from ?? 0);
    for await (const part of read.call(inner, path, options)) {
      yield part;
      if (begun.length < 3) throw new ObhutError("STORAGE_UNREACHABLE", { location: "place", reason: "cut" });
    }
  };
  const place = retryingPlace(Object.assign(inner, { read: cut }), patient);
  assert.ok((await readSmall(place, at("long"))).equals(bytes));
  assert.deepEqual(begun, [0, 1_048_576, 2_097_152]);
  await assert.rejects(readSmall(place, at("none")), (e) => isObhutError(e, "STORAGE_FILE_MISSING"));
  assert.equal(begun.length, 4);
});

it("each call is told with its path and how it ended", async () => {
  await using folder = await tempFolder("place");
  const calls: TracedCall[] = [];
  const place = tracedPlace(localPlace(folder.path), { clock: systemClock, onCall: (call) => calls.push(call) });
  await place.write(at("a/b"), text("12345"), newly);
  await assert.rejects(readSmall(place, at("none")));
  await Array.fromAsync(place.list(at("a")));
  assert.deepEqual(
    calls.map(({ call, file, bytes, error }) => [call, file, bytes, error]),
    [
      ["write", "a/b", 5, undefined],
      ["read", "none", undefined, "STORAGE_FILE_MISSING"],
      ["list", "a", undefined, undefined],
    ],
  );
});

it("bytes pass at the pace of the line, both ways", async () => {
  await using folder = await tempFolder("place");
  const slept: number[] = [];
  const clock = { monotonicMs: () => 0, sleep: async (ms: number) => void slept.push(ms) };
  const line = { upload: new Pace(1_000_000, clock), download: new Pace(500_000, clock) };
  const place = pacedPlace(localPlace(folder.path), line);
  const half = Buffer.alloc(500_000);
  const content = {
    sizeBytes: 1_000_000,
    open: async function* () {
      yield half;
      yield half;
    },
  };
  await place.write(at("x"), content, newly);
  assert.deepEqual(slept, [500]);
  await readSmall(place, at("x"));
  await readSmall(place, at("x"));
  assert.deepEqual(slept.slice(1), [2000]);
});
