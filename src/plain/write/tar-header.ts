/** Headers of a tar archive as POSIX has them (pax interchange format: IEEE Std 1003.1, pax, "EXTENDED DESCRIPTION"). Pure. */
import { type BytePath, bytesOf } from "../../base/byte-path.ts";

export const tarBlockBytes = 512;

export interface TarEntry {
  /** Relative, without a slash at its end. */
  readonly path: BytePath;
  readonly kind: "file" | "dir" | "symlink";
  readonly sizeBytes: number;
  readonly mode: number;
  readonly mtimeNs: bigint;
  readonly uid: number;
  readonly gid: number;
  readonly linkTarget?: BytePath;
}

const types = { file: "0", dir: "5", symlink: "2" } as const;
const mostSize = 0o77777777777;

/** With a header of extended values before it where a path, a size or an owner does not fit into the plain one. */
export function tarHeader(entry: TarEntry): Buffer {
  const path = entry.kind === "dir" ? (`${entry.path}/` as BytePath) : entry.path;
  const extended = [
    ...(path.length > 100 ? [record("path", bytesOf(path))] : []),
    ...((entry.linkTarget?.length ?? 0) > 100 ? [record("linkpath", bytesOf(entry.linkTarget as BytePath))] : []),
    ...(entry.sizeBytes > mostSize ? [record("size", Buffer.from(String(entry.sizeBytes)))] : []),
    ...(entry.uid > 0o7777777 ? [record("uid", Buffer.from(String(entry.uid)))] : []),
    ...(entry.gid > 0o7777777 ? [record("gid", Buffer.from(String(entry.gid)))] : []),
  ];
  const plain = header(entry, path, types[entry.kind], entry.sizeBytes);
  if (extended.length === 0) return plain;
  const body = Buffer.concat(extended);
  const name = "PaxHeaders/obhut" as BytePath;
  return Buffer.concat([header(entry, name, "x", body.length), body, tarPadding(body.length), plain]);
}

/** What fills the last block of a file of so many bytes. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((tarBlockBytes - (sizeBytes % tarBlockBytes)) % tarBlockBytes);
}

/** Two blocks of zeros, and as many more as fill a record of twenty blocks: some programs read no less. */
export function tarEnd(writtenBytes: number): Buffer {
  const recordBytes = 20 * tarBlockBytes;
  const rest = recordBytes - ((writtenBytes + 2 * tarBlockBytes) % recordBytes);
  return Buffer.alloc(2 * tarBlockBytes + (rest % recordBytes));
}

/** `length key=value\n`, where the length counts itself. */
function record(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from("\n")]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function header({ mode, mtimeNs, uid, gid, linkTarget }: TarEntry, path: BytePath, type: string, size: number): Buffer {
  const block = Buffer.alloc(tarBlockBytes);
  bytesOf(path).copy(block, 0, 0, 100);
  octal(block, 100, 8, mode & 0o7777);
  octal(block, 108, 8, Math.min(uid, 0o7777777));
  octal(block, 116, 8, Math.min(gid, 0o7777777));
  octal(block, 124, 12, Math.min(size, mostSize));
  octal(block, 136, 12, Math.max(0, Number(mtimeNs / 1_000_000_000n)));
  block.write("        ", 148, "latin1");
  block.write(type, 156, "latin1");
  if (linkTarget !== undefined) bytesOf(linkTarget).copy(block, 157, 0, 100);
  block.write("ustar\0", 257, "latin1");
  block.write("00", 263, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function octal(block: Buffer, at: number, width: number, value: number): void {
  block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at, "latin1");
}
