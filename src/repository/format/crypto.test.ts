import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { masterKeyBytes, masterKeyOf, newMasterKey, Sealer, sealBytes } from "./crypto.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");

test("Poly1305-AES gives the MACs of Bernstein's paper", () => {
  // cr.yp.to/mac/poly1305-20050329.pdf, appendix B: message, r, k, nonce, MAC
  const vectors = [
    [
      "f3f6",
      "851fc40c3467ac0be05cc20404f3f700",
      "ec074c835580741701425b623235add6",
      "fb447350c4e868c52ac3275cf9d4327e",
      "f4c633c3044fc145f84f335cb81953de",
    ],
    [
      "",
      "a0f3080000f46400d0c7e9076c834403",
      "75deaa25c09f208e1dc4ce6b5cad3fbf",
      "61ee09218d29b0aaed7e154a2c5509cc",
      "dd3fab2251f11ac759f0887129cc2ee7",
    ],
    [
      "663cea190ffb83d89593f3f476b6bc24d7e679107ea26adb8caf6652d0656136",
      "48443d0bb0d21109c89a100b5ce2c208",
      "6acb5f61a7176dd320c5c1eb2edcdc74",
      "ae212a55399729595dea458bc621ff0e",
      "0ee1c16bb73f0f4fd19881753c01cdbe",
    ],
  ];
  for (const [message = "", r = "", k = "", nonce = "", mac = ""] of vectors) {
    const sealer = new Sealer({ encrypt: Buffer.alloc(32), macK: bytes(k), macR: bytes(r) });
    assert.equal(sealer.mac(bytes(message), bytes(nonce)).toString("hex"), mac);
  }
});

test("opens what restic sealed", () => {
  // restic's internal/repository/crypto/crypto_int_test.go
  const sealer = new Sealer({
    encrypt: bytes("303e8687b1d7db18421bdc6bb8588ccadac4d59ee87b8ff70c44e635790cafef"),
    macK: bytes("ef4d8824cb80b2bcc5fbff8a9b12a42c"),
    macR: bytes("cc8d4b948ee0ebfe1d415de921d10353"),
  });
  const sealed = bytes(
    "69fb41c62d12def4593bd71757138606338f621aeaeb39da0fe4f99233f8037a54ea63338a813bcf3f75d8c3cc75dddf8750",
  );
  assert.equal(sealer.open(sealed, "a test").toString(), "Dies ist ein Test!");
  assert.deepEqual(sealer.seal(Buffer.from("Dies ist ein Test!"), sealed.subarray(0, 16)), sealed);
});

test("a sealed object with any bit flipped, or cut off, does not open", () => {
  const sealer = new Sealer(newMasterKey(randomBytes));
  const other = new Sealer(newMasterKey(randomBytes));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), fc.nat(), (plain, at, cut) => {
      const sealed = sealer.seal(plain, randomBytes(16));
      assert.equal(sealed.length, plain.length + sealBytes);
      assert.deepEqual(sealer.open(sealed, "x"), Buffer.from(plain));
      assert.equal(other.tryOpen(sealed), undefined);
      assert.equal(sealer.tryOpen(sealed.subarray(0, cut % sealed.length)), undefined);
      const bit = at % (sealed.length * 8);
      sealed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => sealer.open(sealed, "x"), { code: "OBJECT_DAMAGED" });
    }),
    { numRuns: 100 },
  );
});

test("a master key survives the way to a worker", () => {
  const key = newMasterKey(randomBytes);
  assert.deepEqual(masterKeyOf(masterKeyBytes(key)), key);
  assert.throws(() => masterKeyOf(randomBytes(63)), { code: "INTERNAL" });
});
