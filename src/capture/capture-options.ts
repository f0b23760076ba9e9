/** What a capture is asked for, and what it gives. */
import type { Clock } from "../base/clock.ts";
import type { Finding } from "../base/finding-codes.ts";
import type { Part } from "../openwebui/parts.ts";
import type { SourceEntry } from "../repository/source-entry.ts";
import type { Manifest } from "./manifest.ts";
import type { SourceFolder } from "./source-folder.ts";
import type { DeployedApp, Surroundings } from "./surroundings.ts";

export interface CaptureOptions {
  /** Absolute path of Open WebUI's data directory. */
  readonly dataDir: string;
  /** `readSourceFolder` of it, begun by the caller while it waits for something else; it must be no older than that wait. */
  readonly folder?: Promise<SourceFolder>;
  /** The same of `lookAround`, given these options. */
  readonly around?: Promise<Surroundings>;
  readonly clock: Clock;
  /** Of Obhut; goes into the manifest. */
  readonly programVersion: string;
  /** A folder outside of the data directory for private copies of Chroma's files; best on the same file system. */
  readonly scratchParent: string;
  /** All of them by default. */
  readonly parts?: ReadonlySet<Part>;
  /** Patterns of paths below the data directory; see `excludedBy`. */
  readonly excludes?: readonly string[];
  /** audit.log and its rotated archives too. */
  readonly includeAudit?: boolean;
  /**
   * The app is stopped: everything is read as it lies there, on any file system, an encrypted database too. Rejects with SOURCE_IN_USE
   * where somebody is seen to use a database all the same, with SOURCE_CHANGED where anything changed meanwhile.
   */
  readonly cold?: boolean;
  /** Capture live even where locks can't be trusted. */
  readonly force?: boolean;
  /**
   * The manifest of the snapshot that the engine compares with. Give it only where every destination has that
   * snapshot: what is unchanged since then is not copied aside, and must not be read.
   */
  readonly parent?: Manifest;
  /** Files with the app's environment and its secret key, named by the person. */
  readonly envFile?: string;
  readonly secretKeyFile?: string;
  /** The environment that the app is known to run with, from Docker or Compose. */
  readonly appEnvironment?: ReadonlyMap<string, string>;
  /** Asked where neither what was named nor the running app shows both its environment and its key. */
  readonly askDeployment?: () => Promise<DeployedApp | undefined>;
  /** Obhut's own environment: keys that somebody set there are meant for it, and where parts lie where nothing else tells. */
  readonly environment?: ReadonlyMap<string, string>;
  /** How long to wait for a busy database, and how often to take Chroma's moment again; `limits` by default. */
  readonly patience?: { readonly databaseWaitMs: number; readonly segmentTries: number };
  /** Look for the running app in /proc. Default true. */
  readonly lookForApp?: boolean;
  /** Absolute paths of the compose file, .env and the like: stored below `deployment/` by their names. */
  readonly deploymentFiles?: readonly string[];
  /** Told of databases whose log grows while they are read. */
  readonly holds?: HoldWatch;
  /** Told once for each finding; all of them are in the manifest too. */
  readonly onFinding: (found: Finding) => void;
  readonly signal?: AbortSignal;
}

export interface HoldWatch {
  /** Before a database of that size is held; resolves when its bytes will not have to wait. */
  before(sizeBytes: number): Promise<void>;
  begun(): void;
  ended(): void;
}

export interface Capture {
  /**
   * The entries, in the order that makes them one moment. The capture begins with the first `next()`, holds databases while it
   * is consumed, and cleans up when the iteration ends or is left. Entries of files must be read (and `done` be told)
   * without waiting for the next one: some are waited for before the next comes. Rejects with an ObhutError when the
   * capture failed; what was stored of it then is worth nothing.
   */
  readonly entries: AsyncIterable<SourceEntry>;
  /** Settles when the entries end. */
  readonly manifest: Promise<Manifest>;
}
