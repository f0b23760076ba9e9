/** A folder with everything a file system can hold that backups get wrong. */
import { execFileSync } from "node:child_process";
import { chmod, link, mkdir, open, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Names as bytes: quotes, line breaks, emoji, backslashes, control characters, and what is no UTF-8. */
const oddNames: readonly Buffer[] = [
  'quote " and \\ backslash',
  "line\nbreak\ttab",
  "emoji 🦉 and 𝔘nicode",
  "ümlaut <&> \u2028",
  "bell \x07 delete \x7f",
  "nonprinting \u00ad\u200b",
  "-dash",
  " space ",
].map((name) => Buffer.from(name));

export interface OddFolderOptions {
  readonly smallFiles?: number;
}

/** Deterministic bytes that do not compress to nothing. */
export function bytesOfSeed(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = (state >>> 24) & (i & 1 ? 0xff : 0x1f);
  }
  return bytes;
}

/** Makes it at `folder`, which must not be there. */
export async function makeOddFolder(folder: string, { smallFiles = 20 }: OddFolderOptions = {}): Promise<void> {
  await mkdir(join(folder, "deep/er/and/deeper"), { recursive: true });
  await mkdir(join(folder, "empty folder"));
  const at = (name: Buffer): Buffer => Buffer.concat([Buffer.from(`${folder}/`), name]);
  for (const [i, name] of [...oddNames, Buffer.from([0x66, 0xff, 0xfe, 0x80]), Buffer.from([0xc3])].entries()) {
    await writeFile(at(name), `content ${i}`);
  }
  await writeFile(join(folder, "empty"), "");
  await writeFile(join(folder, "one byte"), "x");
  await writeFile(join(folder, "big.bin"), bytesOfSeed(1, 3_500_001));
  await writeFile(join(folder, "deep/er/and/deeper/pages.db"), bytesOfSeed(2, 64 * 16384));
  await writeFile(join(folder, "text"), "the same words again and again ".repeat(20_000));
  await writeFile(join(folder, "zeros"), Buffer.alloc(2_000_000));
  await makeSparse(join(folder, "sparse"));
  await symlink("../nowhere/at all", join(folder, "dangling"));
  await symlink(Buffer.from([0x2f, 0xff, 0x22]), join(folder, "odd target"));
  await symlink("deep", join(folder, "to a folder"));
  await link(join(folder, "big.bin"), join(folder, "deep/hard link of big"));
  await link(join(folder, "one byte"), join(folder, "zz last hard link"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  for (let i = 0; i < smallFiles; i++) await writeFile(join(folder, "deep/er", `small ${i}`), `small file ${i}\n`);
  await chmod(join(folder, "text"), 0o640);
  await chmod(join(folder, "empty"), 0o4755);
  await chmod(join(folder, "deep/er"), 0o1777);
  await utimes(join(folder, "text"), 1_600_000_000, 1_500_000_000.5);
  await utimes(join(folder, "empty folder"), 1_600_000_000, 1_400_000_000);
  await chmod(join(folder, "empty folder"), 0o555);
}

async function makeSparse(path: string): Promise<void> {
  await using file = await open(path, "w");
  await file.write(Buffer.from("begin"), 0, 5, 0);
  await file.write(Buffer.from("end"), 0, 3, 9_000_000);
}

/** Sets an attribute of the user namespace; false where this file system or machine has none. */
export function setAttribute(path: string, name: string, value: string): boolean {
  try {
    execFileSync("setfattr", ["-h", "-n", name, "-v", value, path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
