/**
 * Extended attributes, through `setfattr --restore` of the attr package: Node has no call for them. Its format: getfattr(1), with `-d -e
 * base64`; names and paths escaped with backslash and three octal digits.
 */
import { spawn } from "node:child_process";
import type { BytePath } from "../../base/byte-path.ts";
import type { Node } from "../format/node.ts";

export interface AttributedFile {
  /** Absolute. */
  readonly path: BytePath;
  readonly node: Node;
}

/** Undefined when all were set; else why not. */
export async function setExtendedAttributes(files: readonly AttributedFile[]): Promise<string | undefined> {
  if (files.length === 0) return undefined;
  const script = files.map(restoreScript).join("\n");
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const child = spawn("setfattr", ["-h", "--restore=-"], { stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (said.length < 1000) said += chunk.toString("utf8");
  });
  child.on("error", (error) => resolve(error.message));
  child.on("close", (code) => resolve(code === 0 ? undefined : (said.trim().split("\n")[0] ?? `exit code ${code}`)));
  // A program that ends early closes its input; its exit code says why.
  child.stdin.on("error", () => undefined);
  child.stdin.end(script, "latin1");
  return await promise;
}

/** One file's part, bytes in one unit each. */
export function restoreScript({ path, node }: AttributedFile): string {
  const lines = node.xattrs.map(({ name, value }) => {
    const escaped = escapeOctal(Buffer.from(name, "utf8").toString("latin1"), /[\\\n\r=]/g);
    return `${escaped}=0s${Buffer.from(value ?? new Uint8Array(0)).toString("base64")}`;
  });
  return `# file: ${escapeOctal(path, /[\\\n\r]/g)}\n${lines.join("\n")}\n`;
}

function escapeOctal(text: string, what: RegExp): string {
  return text.replace(what, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
