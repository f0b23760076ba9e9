/** What ssh said when it ended, and what it means. ssh has one exit code for all of it (255), so its words are looked at. */
import { KiB } from "../../base/limits.ts";
import { printable } from "./sftp-connection.ts";

export type SshFailureKind =
  | "program-missing"
  | "host-key-changed"
  | "host-key-unknown"
  | "login-refused"
  | "name-unknown"
  | "refused"
  | "unreachable"
  | "timed-out"
  | "no-sftp"
  | "closed";

/** ssh is gone, and why. */
export class SshEndedError extends Error {
  override readonly name = "SshEndedError";
  readonly kind: SshFailureKind;

  /** `said`: ssh's own words, as one line. */
  constructor(kind: SshFailureKind, said: string) {
    super(said);
    this.kind = kind;
  }
}

/** In this order: a later line often follows from an earlier cause. Source of the words: OpenSSH's sshconnect.c, sshconnect2.c, clientloop.c. */
const signs: readonly (readonly [SshFailureKind, RegExp])[] = [
  ["host-key-changed", /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed|revoked/i],
  ["host-key-unknown", /host key is known for|Host key verification failed/i],
  ["login-refused", /Permission denied|Too many authentication failures|UNPROTECTED PRIVATE KEY FILE/i],
  ["name-unknown", /Could not resolve hostname/i],
  ["refused", /Connection refused/i],
  ["timed-out", /timed out/i],
  ["unreachable", /No route to host|Network is unreachable|Host is down/i],
  ["no-sftp", /subsystem request failed/i],
];

/** Nothing else of what was said matters, and a server may say any amount. */
export const keptSaidBytes: number = 8 * KiB;
const shownLines = 3;

export function sshFailure(said: string, exit: string): SshEndedError {
  const lines = said
    .split(/\r?\n/)
    .map(printable)
    .filter((line) => line !== "" && !/^[@ ]+$/.test(line) && !/^Warning: Permanently added/.test(line));
  const kind = signs.find(([, words]) => words.test(said))?.[0] ?? "closed";
  return new SshEndedError(kind, chosen(lines, kind).join(" ") || exit);
}

/** The lines that say it, or the last ones: a banner may stand before them. */
function chosen(lines: readonly string[], kind: SshFailureKind): readonly string[] {
  const sign = signs.find(([of]) => of === kind)?.[1];
  const telling = lines.filter((line) => sign?.test(line));
  return (telling.length > 0 ? telling : lines).slice(-shownLines);
}
