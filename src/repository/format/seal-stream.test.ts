import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { newMasterKey, Sealer, sealBytes } from "./crypto.ts";
import { SealStream } from "./seal-stream.ts";

const key = newMasterKey(randomBytes);

/** Seals plaintexts of these lengths one after the other; each must open by itself, without the stream. */
function noncesOf(start: Buffer, lengths: readonly number[]): bigint[] {
  const stream = new SealStream(key, start);
  const sealer = new Sealer(key);
  return lengths.map((length) => {
    const padded = randomBytes(Math.max(1, Math.ceil(length / 16)) * 16);
    const out = Buffer.alloc(length + sealBytes + 7);
    assert.equal(stream.sealInto(out, 3, padded, length), 3 + length + sealBytes);
    const sealed = out.subarray(3, 3 + length + sealBytes);
    assert.deepEqual(sealer.open(sealed, "x"), padded.subarray(0, length));
    assert.equal(out.subarray(3 + length + sealBytes).readUInt32LE(), 0, "nothing behind the object is touched");
    return BigInt(`0x${sealed.toString("hex", 0, 16)}`);
  });
}

test("every object opens by itself, and no two share a block of key stream", () => {
  const lengths = [0, 1, 15, 16, 17, 4096, 9_001, 16_384, 1_048_577, 3];
  const nonces = noncesOf(randomBytes(16), lengths);
  for (const [i, nonce] of nonces.entries()) {
    const next = nonces[i + 1];
    if (next === undefined) continue;
    const used = BigInt(Math.max(1, Math.ceil((lengths[i] ?? 0) / 16)));
    assert.ok(BigInt.asUintN(128, next - nonce) >= used, `object ${i} runs into the next`);
  }
});

test("a run of objects has the bytes that they have one by one", () => {
  const lengths = [0, 1, 15, 16, 17, 4096, 9_001, 3];
  const start = Buffer.from("00000000000000000000000000000000fffffffffffffffe".slice(16), "hex");
  const padded = lengths.map((length) => randomBytes(Math.max(1, Math.ceil(length / 16)) * 16));
  const [one, run] = [new SealStream(key, start), new SealStream(key, start)];
  const size = lengths.reduce((sum, length) => sum + length + sealBytes, 0);
  const [expected, got] = [Buffer.alloc(size + 7), Buffer.alloc(size + 7)];
  for (let round = 0; round < 2; round++) {
    let at = 3;
    for (const [i, length] of lengths.entries()) at = one.sealInto(expected, at, padded[i] as Buffer, length);
    assert.equal(run.sealRun(got, 3, Buffer.concat(padded), lengths), at);
    assert.deepEqual(got, expected);
  }
  assert.throws(() => run.sealRun(got, 0, Buffer.alloc(16), [17]), RangeError);
});

test("the counter carries through all of its 128 bits, as the cipher's does", () => {
  noncesOf(Buffer.from("000000000000000000000000fffffffe", "hex"), [64, 64, 64]);
  noncesOf(Buffer.from("00000000fffffffffffffffffffffffe", "hex"), [64, 64, 64]);
  const nonces = noncesOf(Buffer.alloc(16, 0xff), [16, 32, 16]);
  assert.deepEqual(nonces, [2n ** 128n - 1n, 0n, 2n]);
});

test("refuses a plaintext without room to round up", () => {
  assert.throws(
    () => new SealStream(key, randomBytes(16)).sealInto(Buffer.alloc(100), 0, Buffer.alloc(17), 17),
    RangeError,
  );
});
