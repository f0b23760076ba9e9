/** Reasons as restic words them, for programs that know its `forget --json`. Ours are `future` and `newest complete`. */
import type { KeepReason } from "./apply-policy.ts";
import { durationText } from "./retention-policy.ts";

export function reasonText(reason: KeepReason): string {
  switch (reason.rule) {
    case "tags":
      return `has tags [${reason.tags.join(", ")}]`;
    case "within": {
      const duration = durationText(reason.duration);
      if (reason.period === undefined) return `within ${duration}`;
      return `${reason.oldest ? "oldest " : ""}${reason.period} within ${duration}`;
    }
    case "future":
      return "future";
    case "good":
      return "newest complete";
    default:
      return `${reason.oldest ? "oldest " : ""}${reason.rule} snapshot`;
  }
}
