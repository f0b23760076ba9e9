/** What a restore is asked to do, and what it says at the end. */
import type { BytePath } from "../../base/byte-path.ts";
import type { Finding } from "../../base/finding-codes.ts";
import type { PlannedFile } from "./restore-plan.ts";

export interface RestoreOptions {
  /** Absolute path of the folder to restore into. Made where it is missing. */
  readonly target: string;
  /**
   * Allows a target that holds something. What is there already is not written again; every changed file is written whole beside
   * the old one, and only when all of them are durable are they put in place: until then the target stays as it was.
   */
  readonly overwrite?: boolean;
  /**
   * With `overwrite`: which files and folders of the target that the plan does not have are removed, told as paths inside the
   * snapshot. None by default.
   */
  readonly removes?: (path: BytePath) => boolean;
  /** Reads everything back and hashes it, before it is put in place. */
  readonly verify?: boolean;
  /**
   * Waits until everything lies on the disk; default true. Without it that is left to the system, which takes up to half a minute for it.
   * With `overwrite` it is always waited for: what was good may only make room for what is durable.
   */
  readonly durable?: boolean;
  /**
   * Work that only reads, begun when all content is written and done before anything is put in place: it goes on while files are
   * read back. `pathOf` tells where a file's content lies for now; undefined where it could not be had.
   */
  readonly whileProving?: (pathOf: (file: PlannedFile) => BytePath | undefined) => Promise<void>;
  /** Threads; default: one for each core. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RestoreProgress) => void;
}

/** Whether the restore waits for the disk. */
export function isDurable({ durable = true, overwrite = false }: RestoreOptions): boolean {
  return durable || overwrite;
}

export interface RestoreProgress {
  readonly phase: "compare" | "restore" | "verify";
  readonly filesDone: number;
  readonly bytesDone: number;
}

export interface RestoreSummary {
  readonly files: number;
  readonly folders: number;
  /** Bytes of all restored files, those included that were there already. */
  readonly totalBytes: number;
  /** Of these, how many were there already. */
  readonly unchangedBytes: number;
  /** Files and folders that `removes` took away. */
  readonly removed: number;
  /** Whether everything was read back. */
  readonly verified: boolean;
  /** Paths below the target of files that are not there, because their content could not be had or proven. */
  readonly lost: ReadonlySet<BytePath>;
  /** The plan's among them. */
  readonly findings: readonly Finding[];
}
