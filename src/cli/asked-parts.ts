/** `--part database,vectors`, given once or more. */
import { reason } from "../base/reason-codes.ts";
import { isPart, type Part, parts } from "../openwebui/parts.ts";
import { type ParsedArguments, usageError } from "./parse-arguments.ts";

/** Empty where none was asked for: then all are meant. USAGE for what is no part. */
export function askedParts(args: ParsedArguments): readonly Part[] {
  const names = args.list("part").flatMap((list) => list.split(","));
  return names.map((name) => {
    if (isPart(name)) return name;
    throw usageError(reason("choiceInvalid", { name: "--part", value: name, choices: parts.join(", ") }));
  });
}
