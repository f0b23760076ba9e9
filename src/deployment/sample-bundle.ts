/** Files in a row, in one block of bytes: a line of JSON that lists them, then their contents one after the other. */

export interface BundledFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export function encodeBundle(files: readonly BundledFile[]): Buffer {
  const list = files.map(({ path, bytes }) => ({ path, sizeBytes: bytes.length }));
  return Buffer.concat([Buffer.from(`${JSON.stringify(list)}\n`), ...files.map(({ bytes }) => bytes)]);
}

/** Throws where lengths do not add up. */
export function decodeBundle(bundle: Buffer): readonly BundledFile[] {
  const end = bundle.indexOf(10);
  const list = JSON.parse(bundle.toString("utf8", 0, end)) as { path: string; sizeBytes: number }[];
  let at = end + 1;
  const files = list.map(({ path, sizeBytes }) => {
    const bytes = bundle.subarray(at, at + sizeBytes);
    at += sizeBytes;
    return { path, bytes };
  });
  if (at !== bundle.length) throw new Error(`the bundle has ${bundle.length} bytes, its list says ${at}`);
  return files;
}
