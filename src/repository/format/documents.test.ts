import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { BlobId, SnapshotId } from "../../base/ids.ts";
import { decodeConfig, encodeConfig, newConfig } from "./config-file.ts";
import { newMasterKey, Sealer } from "./crypto.ts";
import { decodeKeyFile, encodeKeyFile, lockKeyFile, unlockKeyFile } from "./key-file.ts";
import { decodeLock, encodeLock, type LockFile } from "./lock-file.ts";
import { degreeOf, isChunkerPolynomial, isIrreducible, randomPolynomial } from "./polynomial.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-file.ts";
import {
  msOfTimeText,
  nsOfTimeText,
  type TimeText,
  timeText,
  timeTextIn,
  timeTextOfMs,
  timeTextOfNs,
} from "./time-text.ts";
import { openUnpacked, sealUnpacked } from "./unpacked-file.ts";

const isDamage = { code: "OBJECT_DAMAGED" };

test("a key file of restic's opens with its password and no other, and it opens restic's config", async () => {
  const file = decodeKeyFile(readFileSync(new URL("./fixtures/restic-key.json", import.meta.url)), "a key");
  assert.equal(await unlockKeyFile(file, "wrong", "a key"), undefined);
  const master = await unlockKeyFile(file, "test", "a key");
  assert.ok(master !== undefined);
  const sealed = Buffer.from(
    "jC3jkgQ+oJWeoqDCU1a1JV0Qmq043suo1lO0gg3CsWdmyoIn45E0NYZ0gGkmCWLmbq05ENGRbJ04StukW/If5yKfhaDXa7KNODrYXDvVzCPaIQDgFh25Hzl6dfkT73AGkoX240kqw+nOUqNtS8WkaQGSJ7NpD6O92gOrIWe6Fiwgyr7tjJBhCMN8Nt8Yc1iulxYWODaz4vgFST0=",
    "base64",
  );
  const config = decodeConfig(openUnpacked(sealed, new Sealer(master), "config"), "config");
  assert.deepEqual(config, {
    version: 2,
    id: "8c77ed94864b3474e65f05372b6e177bfefbbba24f1a46f1ef0436d09b1420f6",
    chunkerPolynomial: "2462d789102b5f",
  });
});

test("a key file of ours survives; one that is damaged or dear is refused", async () => {
  const master = newMasterKey(randomBytes);
  const owner = { created: "2026-11-23T10:00:00Z", username: "ada", hostname: "home" };
  const made = await lockKeyFile({
    master,
    password: "pässword",
    owner,
    params: { N: 2, r: 1, p: 1 },
    random: randomBytes,
  });
  const bytes = encodeKeyFile(made);
  const read = decodeKeyFile(bytes, "a key");
  assert.deepEqual(read, made);
  assert.deepEqual(await unlockKeyFile(read, "pässword", "a key"), master);
  const json = bytes.toString();
  for (const wrong of [
    json.replace("scrypt", "argon2"),
    json.replace('"N":2', '"N":1073741824'),
    json.replace('"N":2', '"N":0'),
    json.replace(/"salt":"[^"]*"/, '"salt":"AAAA"'),
    "[]",
  ]) {
    assert.throws(() => decodeKeyFile(Buffer.from(wrong), "a key"), isDamage, wrong);
  }
});

test("chunker polynomials: restic's own, those of its tests, and fresh ones", () => {
  // restic/chunker, polynomials_test.go
  const irreducible = [0x3da3358b4dc173n, 0x2482734cacca49n];
  const reducible = [0x38f1e565e288dfn, 0x30a8295b9d5c91n, 0x255f4350b962cbn, 0x3f2ac7488bd429n, 0x3143d0464b3299n];
  for (const p of irreducible) assert.ok(isChunkerPolynomial(p), p.toString(16));
  for (const p of reducible) assert.ok(!isIrreducible(p), p.toString(16));
  // x^2 + x + 1 and x^3 + x + 1 are irreducible, x^2 + 1 = (x + 1)^2 is not
  assert.deepEqual([0b111n, 0b1011n, 0b101n, 1n, 0n].map(isIrreducible), [true, true, false, false, false]);
  const made = randomPolynomial(randomBytes);
  assert.equal(degreeOf(made), 53);
  assert.ok(isIrreducible(made));
});

test("a config survives; a polynomial that restic would refuse is damage", () => {
  const config = newConfig(randomBytes);
  assert.deepEqual(decodeConfig(encodeConfig(config), "config"), config);
  assert.deepEqual(newConfig(randomBytes, 1, "3da3358b4dc173").chunkerPolynomial, "3da3358b4dc173");
  for (const change of [{ chunkerPolynomial: "3da3358b4dc172" }, { id: "12" }]) {
    assert.throws(() => decodeConfig(encodeConfig({ ...config, ...change }), "config"), isDamage);
  }
});

test("documents are compressed from version 2 on, and never trusted", async () => {
  const sealer = new Sealer(newMasterKey(randomBytes));
  const json = Buffer.from(`{"packs":[${'"x",'.repeat(5000)}1]}`);
  const sealed = (version: number): Promise<Buffer> => sealUnpacked(json, version, sealer, randomBytes(16));
  const [v1, v2] = [await sealed(1), await sealed(2)];
  assert.ok(v2.length < v1.length / 10);
  for (const sealed of [v1, v2]) assert.deepEqual(openUnpacked(sealed, sealer, "x"), json);
  const seal = (plain: Buffer): Buffer => sealer.seal(plain, randomBytes(16));
  assert.throws(() => openUnpacked(seal(Buffer.from("\x03{}")), sealer, "x"), isDamage);
  assert.throws(() => openUnpacked(seal(Buffer.from("\x02no frame")), sealer, "x"), isDamage);
  assert.throws(() => openUnpacked(seal(Buffer.alloc(0)), sealer, "x"), isDamage);
  assert.throws(() => openUnpacked(v2.subarray(1), sealer, "x"), isDamage);
});

test("a snapshot keeps all of restic's fields, and those it does not know", () => {
  const json = `{"time":"2026-11-23T18:47:55.759657599+01:00","parent":"${"11".repeat(32)}","tree":"${"22".repeat(32)}","paths":["/a","/b"],"hostname":"h","username":"u","uid":1000,"gid":100,"excludes":["*.tmp"],"tags":["t"],"original":"${"33".repeat(32)}","program_version":"restic 0.19.1","summary":{"backup_start":"2026-11-23T18:47:55Z","files_new":3,"bytes_seen":9007199254740993},"later":{"x":[1,18446744073709551615,1.0,-0.5e400]}}\n`;
  const snapshot = decodeSnapshot(Buffer.from(json), "a snapshot");
  assert.equal(encodeSnapshot(snapshot).toString(), json);
  assert.equal(encodeSnapshot({ ...snapshot, tags: ["t"] }).toString(), json, "every digit of a number");
  assert.equal(snapshot.original, "33".repeat(32) as SnapshotId);
  const rewritten = { ...snapshot, tags: [], tree: "44".repeat(32) as BlobId };
  assert.ok(!encodeSnapshot(rewritten).toString().includes("tags"));
  for (const wrong of ['{"tree":""}', `{"time":"2026-11-23T18:47:55Z","tree":"short"}`, "null"]) {
    assert.throws(() => decodeSnapshot(Buffer.from(wrong), "a snapshot"), isDamage);
  }
});

test("a lock survives, as restic spells it", () => {
  const lock: LockFile = {
    time: "2026-11-23T10:00:00.5Z" as TimeText,
    exclusive: true,
    hostname: "h",
    username: "u",
    pid: 7,
    uid: 0,
    gid: 100,
  };
  const json = '{"time":"2026-11-23T10:00:00.5Z","exclusive":true,"hostname":"h","username":"u","pid":7,"gid":100}\n';
  assert.equal(encodeLock(lock).toString(), json);
  assert.deepEqual(decodeLock(Buffer.from(json), "a lock"), lock);
  assert.throws(() => decodeLock(Buffer.from('{"pid":7}'), "a lock"), isDamage);
});

test("times keep their nanoseconds and are clamped to what RFC 3339 can say", () => {
  assert.equal(timeTextOfNs(1_795_459_672_853_204_208n), "2026-11-23T18:47:52.853204208Z");
  assert.equal(timeTextOfNs(1_500_000_000n), "1970-01-01T00:00:01.5Z");
  assert.equal(timeTextOfNs(-1n), "1969-12-31T23:59:59.999999999Z");
  assert.equal(timeTextOfNs(10n ** 21n).slice(0, 10), "9999-12-31");
  assert.equal(timeTextOfNs(-(10n ** 21n)).slice(0, 10), "0000-01-01");
  assert.equal(timeTextOfMs(1_795_459_672_853), "2026-11-23T18:47:52.853Z");
  for (const text of [
    "2026-11-23T10:00:00Z",
    "1969-12-31T23:59:59.999999999Z",
    "2026-11-23T10:00:00.000000001+01:00",
  ]) {
    const read = timeText(text);
    assert.ok(read !== undefined);
    if (text.endsWith("Z")) assert.equal(timeTextOfNs(nsOfTimeText(read)), text);
  }
  const moment = Date.UTC(2026, 10, 23, 23, 30, 0, 250);
  const zones = [0, 60, 345, -210].map((minutes) => timeTextIn(() => minutes * 60_000, moment));
  assert.deepEqual(zones, [
    "2026-11-23T23:30:00.25Z",
    "2026-11-24T00:30:00.25+01:00",
    "2026-11-24T05:15:00.25+05:45",
    "2026-11-23T20:00:00.25-03:30",
  ]);
  for (const zoned of zones) assert.equal(msOfTimeText(timeText(zoned) ?? assert.fail()), moment);
  const berlin = timeText("2026-11-23T11:00:00.25+01:00");
  assert.ok(berlin !== undefined);
  assert.equal(msOfTimeText(berlin), Date.UTC(2026, 10, 23, 10) + 250);
  for (const wrong of [
    "",
    "2026-11-23",
    "2026-13-23T10:00:00Z",
    "2026-11-23T10:00:00",
    "2026-11-23T10:00:00.1234567890Z",
  ]) {
    assert.equal(timeText(wrong), undefined, wrong);
  }
});
