/** A plain stand-in for the engine: writes entries below a folder as they come, and tells what became of each. */
import { mkdir, open, symlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type BytePath, bytePath, bytesOf, joinPath } from "../../src/base/byte-path.ts";
import { systemCode } from "../../src/base/errors.ts";
import type { ReadOutcome, SourceContent, SourceEntry } from "../../src/repository/source-entry.ts";

export interface Written {
  readonly entries: readonly SourceEntry[];
  /** Paths of entries whose bytes could not be read. */
  readonly unread: readonly BytePath[];
}

export async function writeEntries(entries: AsyncIterable<SourceEntry>, folder: string): Promise<Written> {
  const seen: SourceEntry[] = [];
  const unread: BytePath[] = [];
  for await (const entry of entries) {
    seen.push(entry);
    const outcome = await writeEntry(entry, joinPath(bytePath(folder), entry.path.slice(1) as BytePath));
    if (outcome.kind === "vanished" || outcome.kind === "failed") unread.push(entry.path);
    entry.done?.(outcome);
  }
  return { entries: seen, unread };
}

async function writeEntry({ meta, content }: SourceEntry, target: BytePath): Promise<ReadOutcome> {
  await mkdir(dirname(bytesOf(target).toString("latin1")), { recursive: true }).catch(() => undefined);
  if (meta.kind === "dir") await mkdir(bytesOf(target), { recursive: true });
  if (meta.kind === "symlink") await symlink(bytesOf(meta.linkTarget ?? ("" as BytePath)), bytesOf(target));
  if (content === undefined) return { kind: "read", bytes: 0 };
  try {
    const bytes = await readContent(content);
    await writeFile(bytesOf(target), bytes);
    return { kind: "read", bytes: bytes.length };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { kind: "vanished" };
    return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

async function readContent(content: SourceContent): Promise<Uint8Array> {
  switch (content.kind) {
    case "bytes":
      return content.bytes;
    case "file":
      return await readPart(content.path);
    case "prefix":
      return await readPart(content.path, 0, content.sizeBytes);
    case "patched":
      return await readPatched(content);
  }
}

async function readPatched(content: Extract<SourceContent, { kind: "patched" }>): Promise<Uint8Array> {
  const base = await readPart(content.base);
  const patch = await readPart(content.patch);
  const { blockBytes, offsets } = content;
  const whole = Buffer.alloc(offsets.length * blockBytes);
  for (const [index, offset] of offsets.entries()) {
    const [from, at] = offset < 0 ? [base, index * blockBytes] : [patch, offset];
    from.copy(whole, index * blockBytes, at, at + blockBytes);
  }
  return whole;
}

async function readPart(path: BytePath, from = 0, length?: number): Promise<Buffer> {
  await using file = await open(bytesOf(path));
  const wanted = length ?? (await file.stat()).size - from;
  const buffer = Buffer.alloc(wanted);
  const { bytesRead } = await file.read(buffer, 0, wanted, from);
  return buffer.subarray(0, bytesRead);
}
