/** What a backup is told: already checked, paths absolute. */
import type { Part } from "../openwebui/parts.ts";
import type { Destination, PlainDestination } from "../plans/destination.ts";
import type { CopyChoices } from "./copy-choices.ts";
import type { SpoolChoice } from "./open-spool.ts";
import type { Environment } from "./parts.ts";

export interface RunBackupOptions {
  /** Absolute path. */
  readonly dataDirectory: string;
  /** Repositories; may be empty where there are places for plain copies. */
  readonly destinations: readonly Destination[];
  /** Default: no plain copies, and those made as `defaultCopyChoices` says. */
  readonly copyDestinations?: readonly PlainDestination[];
  readonly copies?: CopyChoices;
  readonly instance: string;
  readonly tags: readonly string[];
  /** Empty: all of them. */
  readonly parts: readonly Part[];
  readonly excludes: readonly string[];
  readonly envFile: string | undefined;
  readonly secretKeyFile: string | undefined;
  /** Absolute paths of files that are stored beside the data. */
  readonly deploymentFiles: readonly string[];
  /** The environment that the app is known to run with. Default: that of the running app, or of its container. */
  readonly appEnvironment?: Environment;
  readonly auditLog: boolean;
  readonly forceLive: boolean;
  /** The app is stopped. Default: it may run. */
  readonly cold?: boolean;
  readonly dryRun: boolean;
  /** Absent: packs wait in memory alone. */
  readonly spool?: SpoolChoice;
}
