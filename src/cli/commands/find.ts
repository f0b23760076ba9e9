/** `obhut find` */
import { displayPath } from "../../base/byte-path.ts";
import { shortId } from "../../base/ids.ts";
import { reason } from "../../base/reason-codes.ts";
import { runFind, type Sought } from "../../jobs/run-find.ts";
import { formatCount, formatTime } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { parseEntryPattern } from "../../repository/find/entry-query.ts";
import type { BlobHit } from "../../repository/find/sought-blobs.ts";
import { spanOfTime } from "../../repository/find-snapshot.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import type { StoredSnapshot } from "../../repository/snapshots.ts";
import { askedFilter } from "../asked-filter.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { nodeLine, nodeRecord } from "../output/node-lines.ts";
import { printable } from "../output/table.ts";
import { type ParsedArguments, usageError } from "../parse-arguments.ts";

/** Lines in one write. */
const batchLines = 256;

export const run: Command = async (call) => {
  const { args, parts, reporter, out, signal, language } = call;
  const snapshots = { queries: args.list("snapshot"), filter: askedFilter(args) };
  const options = { repository: askedSource(args, parts.env, parts.folder), snapshots, sought: askedFor(args) };
  const watch = { emit: reporter.emit, signal: AbortSignal.any([signal, out.closed]) };
  const lines = new SnapshotLines(call);
  const summary = await runFind(options, parts, {
    watch,
    viewer: {
      entry: (snapshot, entry) => {
        reporter.record("match", { ...namesOf(snapshot), ...nodeRecord(entry) });
        lines.add(snapshot, args.flag("long") ? nodeLine(entry, language) : printable(displayPath(entry.path)));
      },
      blob: (snapshot, hit, packs) => {
        const { type, id, path, tree } = hit;
        const object = { object: type === "data" ? "blob" : "tree", id, path: displayPath(path), tree, packs };
        reporter.record("object", { ...namesOf(snapshot), ...object });
        lines.add(snapshot, blobLine(hit, packs, call));
      },
    },
  });
  lines.flush();
  const { location: repository, ...figures } = summary;
  reporter.summary({ command: "find", repository, ...figures }, () => summaryLines(figures, call));
  return summary.incomplete ? 3 : 0;
};

/** USAGE for a pattern, an id or a time that is none. */
function askedFor(args: ParsedArguments): Sought {
  const kinds = (["blob", "tree", "pack"] as const).filter((kind) => args.flag(kind));
  const [kind, second] = kinds;
  if (second !== undefined) throw usageError(reason("oneOfTwo", { first: `--${kind}`, second: `--${second}` }));
  if (kind !== undefined) return { kind, ids: args.positionals.map(askedId) };
  const ignoreCase = args.flag("ignore-case");
  const patterns = args.positionals.map((text) => {
    const pattern = parseEntryPattern(text, ignoreCase);
    if (pattern === undefined) throw usageError(reason("patternInvalid", { value: text }));
    return pattern;
  });
  const [oldestMs, newestMs] = [askedTime(args, "oldest")?.startMs, askedTime(args, "newest")?.endMs];
  if (oldestMs !== undefined && newestMs !== undefined && oldestMs > newestMs) {
    throw usageError(reason("oldestAfterNewest", {}));
  }
  const times = { ...(oldestMs === undefined ? {} : { oldestMs }), ...(newestMs === undefined ? {} : { newestMs }) };
  return { kind: "entries", patterns, ignoreCase, ...times };
}

function askedId(text: string): string {
  const digits = text.toLowerCase();
  if (!/^[0-9a-f]{4,64}$/.test(digits)) throw usageError(reason("idInvalid", { value: text }));
  return digits;
}

function askedTime(args: ParsedArguments, name: "oldest" | "newest"): ReturnType<typeof spanOfTime> {
  const text = args.value(name);
  if (text === undefined) return undefined;
  const span = spanOfTime(text.replace(/^@/, ""));
  if (span === undefined) throw usageError(reason("dayInvalid", { value: text }));
  return span;
}

function namesOf({ id, time, hostname }: StoredSnapshot): object {
  return { snapshot: id, time, instance: hostname };
}

/** Lines below a heading for each snapshot that has some. */
class SnapshotLines {
  readonly #call: CommandCall;
  #snapshot: StoredSnapshot | undefined;
  #lines: string[] = [];

  constructor(call: CommandCall) {
    this.#call = call;
  }

  add(snapshot: StoredSnapshot, line: string): void {
    if (snapshot !== this.#snapshot) {
      const { id, time, hostname } = snapshot;
      const names = { id: shortId(id), time: formatTime(msOfTimeText(time)), instance: printable(hostname) };
      if (this.#snapshot !== undefined) this.#lines.push("");
      this.#lines.push(fill(this.#call.messages.contents.find.inSnapshot, names));
      this.#snapshot = snapshot;
    }
    if (this.#lines.push(line) >= batchLines) this.flush();
  }

  flush(): void {
    if (this.#lines.length > 0) this.#call.reporter.lines([this.#lines.join("\n")]);
    this.#lines = [];
  }
}

function blobLine({ type, id, path, tree }: BlobHit, packs: readonly string[], { messages }: CommandCall): string {
  const words = messages.contents.find;
  const names = { id, path: printable(displayPath(path)), tree: tree === undefined ? "" : shortId(tree) };
  const packNames = packs.length === 0 ? words.noPack : packs.join(", ");
  return fill(type === "data" ? words.blob : words.tree, { ...names, packs: packNames });
}

function summaryLines(
  { matches, snapshots }: { readonly matches: number; readonly snapshots: number },
  { messages, language }: CommandCall,
): readonly string[] {
  const words = messages.contents.find;
  const figures = { matches: formatCount(matches, language), snapshots: formatCount(snapshots, language) };
  return matches === 0 ? [fill(words.nothing, figures)] : ["", fill(words.found, figures)];
}
