/** Whether the app runs while its data are read: `--cold` says that it is stopped, `--force-live` that locks may be relied on all the same. */
import { reason } from "../base/reason-codes.ts";
import { type ParsedArguments, usageError } from "./parse-arguments.ts";

export function askedMode(args: ParsedArguments): { readonly cold: boolean; readonly forceLive: boolean } {
  const [cold, forceLive] = [args.flag("cold"), args.flag("force-live")];
  if (cold && forceLive) throw usageError(reason("oneOfTwo", { first: "--cold", second: "--force-live" }));
  return { cold, forceLive };
}
