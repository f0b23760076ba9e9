/** The body of a request, piece by piece as the line allows. */
import { once } from "node:events";
import type { Writable } from "node:stream";
import { KiB } from "../../base/limits.ts";
import type { Pace } from "../../base/pace.ts";

/** Small, so that a slow line is shared fairly and nobody keeps silent for long. */
const pieceBytes = 16 * KiB;

/** Ends `out`. Resolves also where that broke, which `out` itself tells. */
export async function sendPaced(
  out: Writable,
  body: Uint8Array,
  { pace, signal }: { readonly pace: Pace | undefined; readonly signal: AbortSignal | undefined },
): Promise<void> {
  if (pace?.bytesPerSecond === undefined) return void out.end(body);
  for (let at = 0; at < body.length && !out.destroyed; at += pieceBytes) {
    const piece = body.subarray(at, at + pieceBytes);
    await pace.take(piece.length, signal);
    if (!out.destroyed && !out.write(piece)) await drained(out);
  }
  if (!out.destroyed) out.end();
}

async function drained(out: Writable): Promise<void> {
  const stop = new AbortController();
  const over = (event: string): Promise<unknown> => once(out, event, { signal: stop.signal });
  await Promise.race([over("drain"), over("close")]).catch(() => undefined);
  stop.abort();
}
