/** Reads a repository's password from where choosePasswordSource found it. */
import { readFile } from "node:fs/promises";
import { ObhutError, reasonOf } from "../base/errors.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
import { Secret } from "../base/secret.ts";
import type { PasswordSource } from "../plans/password-source.ts";

/**
 * Space around a file's or a program's text does not belong to the password: restic trims it too, and both must open
 * the same repository. Throws USAGE where there is nothing to read.
 */
export async function readPassword(source: PasswordSource): Promise<Secret> {
  switch (source.kind) {
    case "value":
      return source.password;
    case "file":
      return trimmed(await fileText(source.path));
    case "command":
      return trimmed(await outputOf(source.argv));
  }
}

function trimmed(text: string): Secret {
  // A byte order mark counts as white space for trim(), as restic's text reader drops it.
  const password = text.trim();
  if (password === "") throw usage(reason("passwordEmpty", {}));
  return new Secret(password);
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw usage(reason("passwordFileFailed", { file: path, reason: reasonOf(error) }));
  }
}

/** The program may ask on the terminal itself: it keeps our standard input and error. */
async function outputOf([program, ...rest]: readonly [string, ...string[]]): Promise<string> {
  const failed = (why: string): ObhutError => usage(reason("passwordCommandFailed", { command: program, reason: why }));
  const { spawn } = await import("node:child_process");
  const child = spawn(program, rest, { stdio: ["inherit", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = await new Promise<number | string>((resolve, reject) => {
    child.once("error", (error) => reject(failed(reasonOf(error))));
    child.once("close", (code, signal) => resolve(code ?? signal ?? "?"));
  });
  if (ended !== 0) throw failed(`exit ${ended}`);
  return Buffer.concat(chunks).toString("utf8");
}

function usage(why: Reason): ObhutError<"USAGE"> {
  return new ObhutError("USAGE", { reason: why });
}
