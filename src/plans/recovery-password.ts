/**
 * A password to be kept on paper: 160 bits in eight groups of four, spelled in Crockford's base 32, which has neither I, L, O nor U. It is
 * typed exactly as it stands, with its dashes: restic takes it as it is, and does not forgive.
 */
import { Secret } from "../base/secret.ts";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const characters = 32;
const groupLength = 4;

/** `random`: gives that many strong random bytes. */
export function recoveryPassword(random: (bytes: number) => Uint8Array): Secret {
  // 256 is a multiple of 32, so that each character is as likely as any other.
  const text = Array.from(random(characters), (byte) => alphabet[byte % alphabet.length] ?? "").join("");
  const groups = Array.from({ length: characters / groupLength }, (_, at) =>
    text.slice(at * groupLength, (at + 1) * groupLength),
  );
  return new Secret(groups.join("-"));
}
