/** What a call says of snapshots to keep. */
import { reason } from "../base/reason-codes.ts";
import type { ForgetChoice } from "../jobs/decide-forget.ts";
import { defaultGrouping, parseGrouping, parseKeepCount, parseKeepDuration } from "../plans/retention.ts";
import type { Grouping } from "../repository/forget/group-snapshots.ts";
import { type KeepDuration, periods, type RetentionPolicy } from "../repository/forget/retention-policy.ts";
import { tagSet } from "./asked-filter.ts";
import { type ParsedArguments, usageError } from "./parse-arguments.ts";

const counts = ["last", ...periods] as const;
/** Every option that makes a policy. */
const rules = [
  ...counts.map((rule) => `keep-${rule}` as const),
  "keep-within",
  ...periods.map((period) => `keep-within-${period}` as const),
  "keep-tag",
  "group-by",
] as const;

/** USAGE where a value cannot be understood, or snapshots are named and rules are given too. */
export function askedForget(args: ParsedArguments): ForgetChoice {
  if (args.positionals.length === 0) return { kind: "policy", policy: askedPolicy(args), groupBy: askedGrouping(args) };
  const rule = [...rules, "tag", "path"].find((name) => args.flag(name as (typeof rules)[number]));
  if (rule !== undefined) throw usageError(reason("namedAndChosen", { option: `--${rule}` }));
  return { kind: "named", queries: args.positionals };
}

function askedPolicy(args: ParsedArguments): RetentionPolicy {
  return {
    counts: Object.fromEntries(counts.map((rule) => [rule, askedCount(args, `keep-${rule}`)])),
    within: {
      ...present("all", askedDuration(args, "keep-within")),
      ...Object.assign({}, ...periods.map((one) => present(one, askedDuration(args, `keep-within-${one}`)))),
    },
    tags: args.list("keep-tag").map(tagSet),
  };
}

function askedCount(args: ParsedArguments, option: `keep-${(typeof counts)[number]}`): number {
  const value = args.value(option);
  const count = value === undefined ? 0 : parseKeepCount(value);
  if (count === undefined) throw usageError(reason("keepCountInvalid", { option: `--${option}`, value: value ?? "" }));
  return count;
}

type WithinOption = "keep-within" | `keep-within-${(typeof periods)[number]}`;

function askedDuration(args: ParsedArguments, option: WithinOption): KeepDuration | undefined {
  const value = args.value(option);
  if (value === undefined) return undefined;
  const duration = parseKeepDuration(value);
  if (duration === undefined) throw usageError(reason("keepDurationInvalid", { option: `--${option}`, value }));
  return duration;
}

function present<Name extends string>(name: Name, duration: KeepDuration | undefined): object {
  return duration === undefined ? {} : { [name]: duration };
}

function askedGrouping(args: ParsedArguments): ReadonlySet<Grouping> {
  const value = args.value("group-by");
  if (value === undefined) return defaultGrouping;
  const grouping = parseGrouping(value);
  if (grouping === undefined) throw usageError(reason("groupingInvalid", { value }));
  return grouping;
}
