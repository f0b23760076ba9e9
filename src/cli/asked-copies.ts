/** What a call says of plain copies. */
import { requirePathPattern } from "../base/path-pattern.ts";
import { reason } from "../base/reason-codes.ts";
import { type CopyChoices, defaultCopyChoices } from "../jobs/copy-choices.ts";
import { archiveFormats } from "../plain/copy/archive-formats.ts";
import { linkModes } from "../plain/copy/link-modes.ts";
import { onCopyErrors } from "../plain/copy/on-copy-error.ts";
import { parseLayout } from "../plans/copy-layout.ts";
import { type ParsedArguments, usageError } from "./parse-arguments.ts";

/** USAGE where a value cannot be understood. */
export function askedCopies(args: ParsedArguments): CopyChoices {
  const [linkMode, archive] = [args.value("link-mode"), args.value("archive")];
  return {
    layout: askedLayout(args),
    includeSecrets: args.flag("include-secrets"),
    linkMode: linkModes.find((one) => one === linkMode) ?? defaultCopyChoices.linkMode,
    archive: archiveFormats.find((one) => one === archive) ?? defaultCopyChoices.archive,
    keep: askedNumber(args, "keep-last") ?? defaultCopyChoices.keep,
    keepDeleted: args.flag("trash"),
    acceptLosses: args.flag("accept-losses"),
    transfers: askedNumber(args, "transfers") ?? defaultCopyChoices.transfers,
    checkers: askedNumber(args, "checkers") ?? defaultCopyChoices.checkers,
    onError: onCopyErrors.find((one) => one === args.value("on-copy-error")) ?? defaultCopyChoices.onError,
    excludes: args.list("copy-exclude").map((pattern) => requirePathPattern(pattern).text),
  };
}

export function askedLayout(args: ParsedArguments): string | undefined {
  const text = args.value("layout");
  if (text !== undefined && parseLayout({ text, secrets: false }) === undefined) {
    throw usageError(reason("layoutInvalid", { value: text }));
  }
  return text;
}

function askedNumber(args: ParsedArguments, option: "keep-last" | "transfers" | "checkers"): number | undefined {
  const value = args.value(option);
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(value)) throw usageError(reason("countInvalid", { option: `--${option}`, value }));
  return Number(value);
}
