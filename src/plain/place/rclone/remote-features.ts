/** What a remote can do, as rclone says it (operations/fsinfo). */

export interface RemoteFeatures {
  /** The server makes a file of another by itself. */
  readonly copies: boolean;
  /** The server gives a file another name by itself. */
  readonly moves: boolean;
  /** Folders are there without a file in them. */
  readonly hasFolders: boolean;
  /** Files are written under another name first. */
  readonly writesPartly: boolean;
  /** A time costs a question for each file. */
  readonly slowTimes: boolean;
  /** How exactly times are kept, ns; undefined where they are not. */
  readonly precisionNs: number | undefined;
}

/** A remote that keeps no times says a hundred years (rclone's fs.ModTimeNotSupported). */
const longestPrecisionNs = 3_600_000_000_000;

export function remoteFeatures({ Features, Precision }: Readonly<Record<string, unknown>>): RemoteFeatures {
  const offers = (name: string): boolean => (Features as Record<string, unknown> | undefined)?.[name] === true;
  const precisionNs = typeof Precision === "number" && Precision < longestPrecisionNs ? Precision : undefined;
  return {
    copies: offers("Copy"),
    moves: offers("Move"),
    hasFolders: offers("CanHaveEmptyDirectories"),
    writesPartly: offers("PartialUploads"),
    slowTimes: offers("SlowModTime"),
    precisionNs,
  };
}
