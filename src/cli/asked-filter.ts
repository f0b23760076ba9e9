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

/** As restic: no tag holds a comma, or begins or ends with white space. */
export function splitTags(given: readonly string[]): readonly string[] {
  return given.flatMap(tagSet).filter((tag) => tag !== "");
}

export function tagSet(text: string): readonly string[] {
  return text.split(",").map((tag) => tag.trim());
}
