/** How an rclone process ended, and what it said. */
import type { WatchedProcess } from "../end-process.ts";

/** rclone is gone, or never was there. */
export class RcloneEndedError extends Error {
  override readonly name = "RcloneEndedError";
  /** `not-ready`: it ended, or kept silent, before it could be asked anything. */
  readonly kind: "program-missing" | "not-ready" | "ended";

  constructor(kind: RcloneEndedError["kind"], said: string) {
    super(said);
    this.kind = kind;
  }
}

const shownLines = 2;
/** How long a broken connection waits for the end behind it, which says more. */
export const lastWordsMs = 1_000;
/** What a shell ends with where a program cannot be started. */
const notStarted = ["exit 126", "exit 127"];

/** Resolves when it is over. */
export async function endOf(
  watched: WatchedProcess,
  program: string,
  isReady: () => boolean,
): Promise<RcloneEndedError> {
  const { how, said } = await watched.end;
  if (typeof how !== "string") return new RcloneEndedError("program-missing", how.message);
  const words = [`${program}: ${how}`, lastLines(said)].filter((line) => line !== "").join(": ");
  if (isReady()) return new RcloneEndedError("ended", words);
  return new RcloneEndedError(notStarted.includes(how) ? "program-missing" : "not-ready", words);
}

/** Without the time that rclone puts in front, and without what is no complaint. */
export function lastLines(said: string): string {
  const lines = said.split(/\r?\n/).map((line) => line.replace(/^\d{4}\/\d\d\/\d\d [\d:.]+ /, ""));
  const telling = lines.map((line) => line.replace(/\p{Cc}+/gu, " ").trim());
  return telling
    .filter((line) => line !== "" && !/^(NOTICE|INFO|DEBUG)\b/.test(line))
    .slice(-shownLines)
    .join(" ");
}
