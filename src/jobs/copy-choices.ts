/** What a run is told of plain copies, beside where they go. */

import { limits } from "../base/limits.ts";
import type { ArchiveFormat } from "../plain/copy/archive-formats.ts";
import type { LinkMode } from "../plain/copy/link-modes.ts";
import type { OnCopyError } from "../plain/copy/on-copy-error.ts";

export interface CopyChoices {
  /** As a person writes it; undefined: what the place was made with, else as the app has it. */
  readonly layout: string | undefined;
  readonly includeSecrets: boolean;
  readonly linkMode: LinkMode;
  /** Of the vector store in a dated copy. */
  readonly archive: ArchiveFormat;
  /** Dated copies that stay. */
  readonly keep: number;
  /** A mirror keeps what was deleted and replaced. */
  readonly keepDeleted: boolean;
  /** A mirror goes on where the instance lost most of what it held. */
  readonly acceptLosses: boolean;
  /** Files that a mirror writes at once, and that it renames or removes at once. */
  readonly transfers: number;
  readonly checkers: number;
  /** What a mirror does where one of its files cannot be written. */
  readonly onError: OnCopyError;
  /** Patterns of paths below the data directory that plain copies do not get; see `excludedBy`. */
  readonly excludes: readonly string[];
}

export const defaultCopyChoices: CopyChoices = {
  layout: undefined,
  includeSecrets: false,
  linkMode: "hardlink",
  archive: "zst",
  keep: limits.datedCopies,
  keepDeleted: false,
  acceptLosses: false,
  transfers: 32,
  checkers: 16,
  onError: "stop",
  excludes: [],
};
