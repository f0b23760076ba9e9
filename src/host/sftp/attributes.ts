/** What the protocol tells of a file, or sets (draft-ietf-secsh-filexfer-02, section 5). */
import type { Field, PacketReader } from "./packet.ts";

export interface FileAttributes {
  readonly sizeBytes?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Type and permission bits, as POSIX has them. */
  readonly mode?: number;
  readonly times?: { readonly accessedSeconds: number; readonly modifiedSeconds: number };
}

const has = { size: 0x01, owner: 0x02, mode: 0x04, times: 0x08, extended: 0x8000_0000 } as const;
const typeBits = 0o170_000;
const types = { file: 0o100_000, folder: 0o040_000, link: 0o120_000 } as const;

export function encodeAttributes({ sizeBytes, owner, mode, times }: FileAttributes): Field[] {
  const flags =
    (sizeBytes === undefined ? 0 : has.size) |
    (owner === undefined ? 0 : has.owner) |
    (mode === undefined ? 0 : has.mode) |
    (times === undefined ? 0 : has.times);
  return [
    flags,
    ...(sizeBytes === undefined ? [] : [BigInt(sizeBytes)]),
    ...(owner === undefined ? [] : [owner.uid, owner.gid]),
    ...(mode === undefined ? [] : [mode]),
    ...(times === undefined ? [] : [times.accessedSeconds, times.modifiedSeconds]),
  ];
}

export function decodeAttributes(reader: PacketReader): FileAttributes {
  const flags = reader.uint32();
  const size = flags & has.size ? { sizeBytes: Number(reader.uint64()) } : {};
  const owner = flags & has.owner ? { owner: { uid: reader.uint32(), gid: reader.uint32() } } : {};
  const mode = flags & has.mode ? { mode: reader.uint32() } : {};
  const times =
    flags & has.times ? { times: { accessedSeconds: reader.uint32(), modifiedSeconds: reader.uint32() } } : {};
  if (flags & has.extended) {
    for (let left = reader.uint32(); left > 0; left -= 1) {
      reader.string();
      reader.string();
    }
  }
  return { ...size, ...owner, ...mode, ...times };
}

export type FileKind = keyof typeof types | "other" | "untold";

export function fileKind({ mode }: FileAttributes): FileKind {
  if (mode === undefined || (mode & typeBits) === 0) return "untold";
  const found = Object.entries(types).find(([, bits]) => (mode & typeBits) === bits)?.[0];
  return (found as keyof typeof types | undefined) ?? "other";
}
