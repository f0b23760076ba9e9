import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { newMasterKey, Sealer, sealBytes } from "./crypto.ts";
import { OpenStream } from "./open-stream.ts";
import { SealStream } from "./seal-stream.ts";

const key = newMasterKey(randomBytes);
const lengths = [0, 1, 15, 16, 17, 4096, 9_001, 16_384, 1_048_577, 3];

interface Object {
  readonly plain: Buffer;
  readonly sealed: Buffer;
}

function streamed(start: Buffer): Object[] {
  const stream = new SealStream(key, start);
  return lengths.map((length) => {
    const padded = randomBytes(Math.max(1, Math.ceil(length / 16)) * 16);
    const sealed = Buffer.alloc(length + sealBytes);
    stream.sealInto(sealed, 0, padded, length);
    return { plain: padded.subarray(0, length), sealed };
  });
}

function opens(objects: readonly Object[]): void {
  const stream = new OpenStream(key);
  for (const { plain, sealed } of objects) assert.deepEqual(stream.tryOpen(sealed), plain);
}

test("opens what was sealed as a stream: in order, backwards, with gaps, twice", () => {
  for (const start of [randomBytes(16), Buffer.alloc(16, 0xff)]) {
    const objects = streamed(start);
    opens(objects);
    opens(objects.toReversed());
    opens(objects.filter((_, at) => at % 3 !== 1));
    opens(objects.flatMap((object) => [object, object]));
  }
});

test("opens what was sealed one by one, between what was not", () => {
  const sealer = new Sealer(key);
  const single = lengths.map((length) => {
    const plain = randomBytes(length);
    return { plain, sealed: sealer.seal(plain, randomBytes(16)) };
  });
  opens(single.flatMap((object, at) => [object, streamed(randomBytes(16))[at] ?? object]));
});

test("what was changed does not open, and does not spoil what comes after it", () => {
  const objects = streamed(randomBytes(16));
  const stream = new OpenStream(key);
  for (const { plain, sealed } of objects) {
    for (const at of [0, 16, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(stream.tryOpen(changed), undefined);
    }
    assert.equal(stream.tryOpen(sealed.subarray(0, 31)), undefined);
    assert.deepEqual(stream.tryOpen(sealed), plain);
  }
});
