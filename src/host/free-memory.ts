/**
 * Gives the memory of a short-lived result back at once. Node's ciphers return a new buffer from each call; left to the garbage
 * collector they pile up until it stops the thread to look for them, and the system maps and clears the same pages again and again
 * (bench: a fifth of a first backup). Detaching is standard: ArrayBuffer.prototype.transfer, ECMAScript 2024.
 */
export function freeMemory(bytes: Buffer): void {
  const { buffer } = bytes;
  // a buffer out of Node's pool is not ours alone
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length && !buffer.detached) buffer.transfer(0);
}
