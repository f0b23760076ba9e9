/** A file with a password that nobody has to remember, and nobody can guess. */
import { Secret } from "../base/secret.ts";
import type { Random } from "../repository/format/crypto.ts";
import { writePrivateFile } from "./write-private-file.ts";

/** 256 bits. */
const passwordBytes = 32;

/** Durable before it is used: there is no moment at which data lies under a password that is nowhere. FILE_EXISTS, FILE_NOT_WRITTEN. */
export async function makeKeyFile(path: string, random: Random): Promise<Secret> {
  const password = Buffer.from(random(passwordBytes)).toString("base64url");
  await writePrivateFile(path, `${password}\n`);
  return new Secret(password);
}
