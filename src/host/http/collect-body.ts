/** The bytes of an answer, in one piece that belongs to whoever asked. */
import type { Readable } from "node:stream";
import { HttpFailure } from "./http-client.ts";

/** `length`: what the server announced, if it did. HttpFailure where other than that came. */
export async function collectBody(stream: Readable, length: number | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const whole = length === undefined ? undefined : new Uint8Array(length);
  const chunks: Buffer[] = [];
  let got = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (whole === undefined) chunks.push(chunk);
    else if (got + chunk.length > whole.length) throw new HttpFailure("unreachable", `more than ${length} bytes came`);
    else whole.set(chunk, got);
    got += chunk.length;
  }
  if (whole === undefined) return Uint8Array.from(Buffer.concat(chunks));
  if (got < whole.length) throw new HttpFailure("unreachable", `only ${got} of ${length} bytes came`);
  return whole;
}

/** What `content-length` says. Nothing limits what a server may claim, so that nothing is made for more than `most` before it comes. */
export function announcedLength(text: string | undefined, most: number): number | undefined {
  const length = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  return length !== undefined && length <= most ? length : undefined;
}
