/** What a call says about pruning. */
import { parseDuration } from "../base/parse-duration.ts";
import { parseSize } from "../base/parse-size.ts";
import { reason } from "../base/reason-codes.ts";
import { defaultPruneOptions, type PruneOptions, parseMaxUnused } from "../repository/prune/prune-options.ts";
import { type ParsedArguments, usageError } from "./parse-arguments.ts";

/** USAGE where a value cannot be understood. */
export function askedPrune(args: ParsedArguments): PruneOptions {
  const unused = args.value("max-unused");
  const maxUnused = unused === undefined ? defaultPruneOptions.maxUnused : parseMaxUnused(unused);
  if (maxUnused === undefined) throw usageError(reason("maxUnusedInvalid", { value: unused ?? "" }));
  const repack = args.value("max-repack-size");
  const maxRepackBytes = repack === undefined ? undefined : parseSize(repack);
  if (repack !== undefined && maxRepackBytes === undefined) throw usageError(reason("sizeInvalid", { value: repack }));
  const keep = args.value("keep-delete");
  const keepDeleteMs = keep === undefined ? defaultPruneOptions.keepDeleteMs : parseDuration(keep);
  if (keepDeleteMs === undefined) throw usageError(reason("durationInvalid", { value: keep ?? "" }));
  return {
    maxUnused,
    keepDeleteMs,
    maxRepackBytes,
    repackCacheableOnly: args.flag("repack-cacheable-only"),
    repackSmall: args.flag("repack-small"),
  };
}
