/** Packets of the SFTP protocol as bytes: numbers big-endian, strings with their length in front (draft-ietf-secsh-filexfer-02, section 3). */

/** The server sent what the protocol does not allow, or something that is no SFTP at all. */
export class SftpProtocolError extends Error {
  override readonly name = "SftpProtocolError";
}

/** A number is a uint32, a bigint a uint64; anything else a string. */
export type Field = number | bigint | string | Uint8Array;

/** A whole packet, but for `followingBytes` that its sender puts behind it. */
export function encodePacket(type: number, fields: readonly Field[], followingBytes = 0): Buffer {
  const parts = fields.map(encodeField);
  const head = Buffer.allocUnsafe(5);
  const length = parts.reduce((sum, part) => sum + part.length, 1 + followingBytes);
  head.writeUInt32BE(length, 0);
  head.writeUInt8(type, 4);
  return Buffer.concat([head, ...parts]);
}

function encodeField(field: Field): Buffer {
  if (typeof field === "number") {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32BE(field);
    return bytes;
  }
  if (typeof field === "bigint") {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigUInt64BE(field);
    return bytes;
  }
  const content = typeof field === "string" ? Buffer.from(field, "utf8") : field;
  return Buffer.concat([encodeField(content.length), content]);
}

/** Reads fields one after another. Throws SftpProtocolError where the packet ends before one does. */
export class PacketReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  uint8(): number {
    return this.#take(1).readUInt8();
  }

  uint32(): number {
    return this.#take(4).readUInt32BE();
  }

  uint64(): bigint {
    return this.#take(8).readBigUInt64BE();
  }

  /** A view into the packet. */
  string(): Buffer {
    return this.#take(this.uint32());
  }

  text(): string {
    return this.string().toString("utf8");
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new SftpProtocolError("a packet ends in the middle of a field");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
