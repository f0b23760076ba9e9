/** A place whose bytes pass at the pace of a line, for those that cannot hold back themselves. */
import type { LinePace, Pace } from "../../../base/pace.ts";
import type { PlainPlace } from "../place.ts";
import { overlaidPlace } from "./overlaid-place.ts";

/** Everything but reading and writing is the inner one's own. */
export function pacedPlace(inner: PlainPlace, line: LinePace): PlainPlace {
  return overlaidPlace(inner, {
    read: (path, options = {}) => passing(inner.read(path, options), line.download, options.signal),
    write: async (path, content, options) => {
      const open = () => passing(content.open(), line.upload, options.signal);
      // Taken from a file they would pass all at once.
      await inner.write(path, { sizeBytes: content.sizeBytes, open }, options);
    },
  });
}

async function* passing(
  parts: AsyncIterable<Uint8Array>,
  pace: Pace,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    await pace.take(part.length, signal);
    yield part;
  }
}
