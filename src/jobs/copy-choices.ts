/** What a run is told of plain copies, beside where they go. */

import { limits } from "../base/limits.ts";
import type { ArchiveFormat } from "../plain/copy/archive-formats.ts";
import type { LinkMode } from "../plain/copy/link-modes.ts";

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
  /** Files that a mirror writes at once. */
  readonly transfers: number;
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
};
