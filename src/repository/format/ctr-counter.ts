/** The counter of AES in CTR mode: 128 bits, big endian, one more for each block of 16 bytes. */
const blockBytes = 16;

/** Bytes that an object takes in a stream: whole blocks. An empty one takes one too: its nonce must not be the next one's. */
export function paddedToBlocks(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / blockBytes)) * blockBytes;
}

/** Moves the counter, in place, by as many blocks as `paddedBytes` are. */
export function advanceCounter(counter: Buffer, paddedBytes: number): void {
  let carry = paddedBytes / blockBytes;
  for (let at = counter.length - 4; at >= 0 && carry > 0; at -= 4) {
    const sum = counter.readUInt32BE(at) + carry;
    counter.writeUInt32BE(sum % 2 ** 32, at);
    carry = Math.floor(sum / 2 ** 32);
  }
}
