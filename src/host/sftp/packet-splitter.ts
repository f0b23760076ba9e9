/** A stream of bytes cut into the packets in it, wherever the pipe happened to cut it. */
import { SftpProtocolError } from "./packet.ts";
import { maxPacketBytes } from "./protocol.ts";

export class PacketSplitter {
  readonly #head = Buffer.alloc(4);
  #headBytes = 0;
  /** The packet under way, where it did not come in one piece. */
  #body: Buffer | undefined;
  #bodyBytes = 0;

  /** Packets that `chunk` completes, without their length: views into it where they lie in it whole. Throws SftpProtocolError. */
  *push(chunk: Buffer): Generator<Buffer> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body === undefined) {
        const taken = chunk.copy(this.#head, this.#headBytes, at, at + 4 - this.#headBytes);
        this.#headBytes += taken;
        at += taken;
        if (this.#headBytes < 4) return;
        const length = packetLength(this.#head);
        this.#headBytes = 0;
        if (at + length <= chunk.length) {
          yield chunk.subarray(at, at + length);
          at += length;
          continue;
        }
        this.#body = Buffer.allocUnsafe(length);
        this.#bodyBytes = 0;
      }
      const copied = chunk.copy(this.#body, this.#bodyBytes, at);
      this.#bodyBytes += copied;
      at += copied;
      if (this.#bodyBytes < this.#body.length) return;
      const whole = this.#body;
      this.#body = undefined;
      yield whole;
    }
  }
}

function packetLength(head: Buffer): number {
  const length = head.readUInt32BE();
  if (length >= 1 && length <= maxPacketBytes) return length;
  // What a login script prints comes first, and is taken for a length.
  const seen = JSON.stringify(head.toString("latin1"));
  throw new SftpProtocolError(`the server sends something else than SFTP; it begins with ${seen}`);
}
