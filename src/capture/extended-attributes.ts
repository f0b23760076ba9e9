/**
 * Extended attributes of everything below a folder, where the `getfattr` program is installed (Node can't read them). One
 * call for the whole tree. Source of the output's form: getfattr(1), attr's misc/quote.c (escapes in names).
 */
import { spawn } from "node:child_process";
import { type BytePath, bytesOf } from "../base/byte-path.ts";

export type ExtendedAttribute = { readonly name: string; readonly value: Uint8Array };
export type AttributesByPath = ReadonlyMap<BytePath, readonly ExtendedAttribute[]>;

const maxOutputBytes = 256 * 1024 * 1024;

/** By absolute path; empty where there are none, the program is missing or it fails. */
export async function readExtendedAttributes(folder: BytePath, signal?: AbortSignal): Promise<AttributesByPath> {
  // A list argument goes to the program as bytes only through latin1-safe paths; others are read without attributes.
  if (!/^[\x20-\x7e]+$/.test(folder)) return new Map();
  const words = [
    "--recursive",
    "--physical",
    "--no-dereference",
    "--absolute-names",
    "--dump",
    "--match=-",
    "--encoding=hex",
  ];
  return parseAttributes(await outputOf("getfattr", [...words, "--", folder], signal));
}

function outputOf(program: string, words: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      stdio: ["ignore", "pipe", "ignore"],
      ...(signal === undefined ? {} : { signal }),
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) child.kill();
      else chunks.push(chunk);
    });
    child.on("error", () => resolve(""));
    // Files that vanish meanwhile make it exit with 1; what it printed is right all the same.
    child.on("close", () => resolve(bytes > maxOutputBytes ? "" : Buffer.concat(chunks).toString("latin1")));
  });
}

/** `text` holds one byte in each unit. */
export function parseAttributes(text: string): AttributesByPath {
  const found = new Map<BytePath, ExtendedAttribute[]>();
  let current: ExtendedAttribute[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("# file: ")) {
      current = [];
      found.set(unescaped(line.slice("# file: ".length)), current);
      continue;
    }
    const at = line.indexOf("=0x");
    if (at === -1) continue;
    const name = bytesOf(unescaped(line.slice(0, at))).toString("utf8");
    current.push({ name, value: Buffer.from(line.slice(at + 3), "hex") });
  }
  return found;
}

/** Backslash and three octal digits stand for a byte. */
function unescaped(text: string): BytePath {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  ) as BytePath;
}
