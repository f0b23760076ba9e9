/** Which snapshots a call is about. */
import type { SnapshotFilter } from "../repository/find-snapshot.ts";
import type { ParsedArguments } from "./parse-arguments.ts";

/** Of --instance, --tag and --path: all that is given must hold. */
export function askedFilter(args: ParsedArguments): SnapshotFilter {
  const instance = args.value("instance");
  const tags = splitTags(args.list("tag"));
  return {
    ...(instance === undefined ? {} : { instances: [instance] }),
    ...(tags.length === 0 ? {} : { tags: [tags] }),
    paths: args.list("path"),
  };
}

/** No tag holds a comma, in restic neither. */
export function splitTags(given: readonly string[]): readonly string[] {
  return given.flatMap((text) => text.split(",")).filter((tag) => tag !== "");
}
