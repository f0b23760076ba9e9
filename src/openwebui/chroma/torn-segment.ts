/** Why a segment's files are not one that Chroma could load: they were caught in the middle of a rewrite, or damaged. */
import { type Reason, type ReasonCode, type ReasonParams, reason } from "../../base/reason-codes.ts";

export class TornSegment extends Error {
  readonly reason: Reason;

  constructor(why: Reason) {
    super(`${why.code} ${JSON.stringify(why.params)}`);
    this.reason = why;
  }
}

export function torn<Code extends ReasonCode>(code: Code, params: ReasonParams<Code>): TornSegment {
  return new TornSegment(reason(code, params));
}
