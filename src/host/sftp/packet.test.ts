import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { decodeAttributes, encodeAttributes, type FileAttributes, fileKind } from "./attributes.ts";
import { encodePacket, type Field, PacketReader, SftpProtocolError } from "./packet.ts";
import { PacketSplitter } from "./packet-splitter.ts";
import { maxPacketBytes } from "./protocol.ts";

const uint32 = fc.nat(0xffff_ffff);
const field: fc.Arbitrary<Field> = fc.oneof(
  uint32,
  fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
  fc.string({ unit: "binary" }),
  fc.uint8Array({ maxLength: 70 }),
);

it("fields come back as they went in, and nothing is left over", () => {
  fc.assert(
    fc.property(fc.nat(255), fc.array(field), (type, fields) => {
      const packet = encodePacket(type, fields);
      assert.equal(packet.readUInt32BE(), packet.length - 4);
      const reader = new PacketReader(packet.subarray(4));
      assert.equal(reader.uint8(), type);
      for (const one of fields) {
        if (typeof one === "number") assert.equal(reader.uint32(), one);
        else if (typeof one === "bigint") assert.equal(reader.uint64(), one);
        else if (typeof one === "string") assert.equal(reader.text(), one);
        else assert.deepEqual(new Uint8Array(reader.string()), one);
      }
      assert.ok(reader.isAtEnd);
    }),
  );
});

it("a packet that ends in the middle of a field is refused, wherever it ends", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), (text, cut) => {
      const packet = encodePacket(1, [text]).subarray(5);
      const short = packet.subarray(0, cut % packet.length);
      assert.throws(() => new PacketReader(short).text(), SftpProtocolError);
    }),
  );
});

it("packets are found in a stream, however it is cut", () => {
  const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 });
  fc.assert(
    fc.property(bodies, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (packets, cuts) => {
      const stream = Buffer.concat(
        packets
          .map((body) => encodePacket(body[0] ?? 0, [], body.length - 1))
          .flatMap((head, i) => [head, (packets[i] ?? new Uint8Array()).subarray(1)]),
      );
      const splitter = new PacketSplitter();
      const found: Uint8Array[] = [];
      for (let at = 0, i = 0; at < stream.length; i += 1) {
        const length = cuts[i % cuts.length] ?? 1;
        for (const packet of splitter.push(stream.subarray(at, at + length))) found.push(new Uint8Array(packet));
        at += length;
      }
      assert.deepEqual(found, packets);
    }),
  );
});

it("a length that no server sends is refused before memory is made for it, and what came is shown", () => {
  for (const bytes of [Buffer.from("Welcome"), Buffer.alloc(4), encodePacket(1, [], maxPacketBytes)]) {
    assert.throws(() => [...new PacketSplitter().push(bytes)], SftpProtocolError);
  }
  assert.throws(() => [...new PacketSplitter().push(Buffer.from("Welcome"))], /"Welc"/);
});

it("attributes come back, each where it was given; unknown ones are passed over", () => {
  const attributes = fc.record<FileAttributes>(
    {
      sizeBytes: fc.nat(Number.MAX_SAFE_INTEGER),
      owner: fc.record({ uid: uint32, gid: uint32 }, { noNullPrototype: true }),
      mode: fc.nat(0o177_777),
      times: fc.record({ accessedSeconds: uint32, modifiedSeconds: uint32 }, { noNullPrototype: true }),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  fc.assert(
    fc.property(attributes, (given) => {
      const reader = new PacketReader(encodePacket(0, encodeAttributes(given)).subarray(5));
      assert.deepEqual(decodeAttributes(reader), { ...given });
      assert.ok(reader.isAtEnd);
    }),
  );
  const extended = new PacketReader(encodePacket(0, [0x8000_0004, 0o100_644, 1, "name", "value", 7]).subarray(5));
  assert.equal(fileKind(decodeAttributes(extended)), "file");
  assert.equal(extended.uint32(), 7);
});
