/** What each finding says, and what to do about it. */
import type { FindingCode } from "../../base/finding-codes.ts";
import type { Sentence } from "../sentence.ts";

export const findings: Record<FindingCode, Sentence> = {
  FILE_VANISHED: { what: "{path} was removed while the backup ran; it is not in the snapshot.", next: "" },
  FILE_UNREADABLE: {
    what: "{path} could not be read: {reason}. It is not in the snapshot.",
    next: "Run as a user that may read it, or see whether the disk is failing.",
  },
  FILE_CHANGED: {
    what: "{path} changed each time it was read; the stored copy may mix old and new bytes.",
    next: "Run the backup again when nothing writes to that file.",
  },
};
