/**
 * Paths and names as bytes.
 *
 * A file name on Linux is any bytes but `/` and NUL; it need not be UTF-8. A
 * `BytePath` holds one byte in each UTF-16 unit ("latin1"), so that comparing two with `<`
 * compares their bytes, and they work as keys of a Map. Convert at the edge only.
 */

declare const bytePathBrand: unique symbol;
export type BytePath = string & { readonly [bytePathBrand]: true };

const utf8Strict = new TextDecoder("utf-8", { fatal: true });

/** From a JavaScript string (an argument, a message): its UTF-8 bytes. */
export function bytePath(text: string): BytePath {
  return Buffer.from(text, "utf8").toString("latin1") as BytePath;
}

/** From the bytes the operating system gave. */
export function bytePathOf(bytes: Uint8Array): BytePath {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1") as BytePath;
}

/** The raw bytes, for `node:fs` calls (which take a Buffer as a path). */
export function bytesOf(path: BytePath): Buffer {
  return Buffer.from(path, "latin1");
}

/** For a person: UTF-8 where it is, else each byte that is not as `\xNN`. */
export function displayPath(path: BytePath): string {
  const bytes = bytesOf(path);
  try {
    return utf8Strict.decode(bytes);
  } catch {
    return path.replace(/[^\x20-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
  }
}

/** `parent` + `/` + `name`; a root of `/` does not double the slash. */
export function joinPath(parent: BytePath, name: BytePath): BytePath {
  return (parent === "/" ? `/${name}` : `${parent}/${name}`) as BytePath;
}

/** Everything before the last `/`; `/` for a path directly below the root. */
export function parentPath(path: BytePath): BytePath {
  const at = path.lastIndexOf("/");
  return (at <= 0 ? "/" : path.slice(0, at)) as BytePath;
}

/** What follows the last `/`. */
export function baseName(path: BytePath): BytePath {
  return path.slice(path.lastIndexOf("/") + 1) as BytePath;
}
