/** A backup program under measurement: how it is told to do each thing that is compared. */

export interface Command {
  readonly argv: readonly string[];
  /** Added to the environment of the benchmark itself. */
  readonly env: Readonly<Record<string, string>>;
}

/** Folders of one run of one tool. All are made by the benchmark and empty before `init`. */
export interface Places {
  readonly repository: string;
  /** For the tool's own cache and config, so that no round finds what another left. */
  readonly cache: string;
  /** The data directory that is backed up. The same for every tool, at the same path. */
  readonly data: string;
  /** A file that holds the password. */
  readonly passwordFile: string;
}

export interface Tool {
  readonly name: string;
  /** One line, as RESULTS.md names it. */
  version(): string;
  /** What a reader must know to judge the figures: options that are not the tool's defaults. */
  readonly settings: string;
  init(places: Places): readonly Command[];
  backup(places: Places): Command;
  /** Restores the newest state, without reading back what was written; `restoredData` says where the data directory then lies. */
  restore(places: Places, target: string): Command;
  /** The same with all that was written read back and proven; absent where the tool has no such thing. */
  provenRestore?(places: Places, target: string): Command;
  restoredData(places: Places, target: string): string;
  /** Reads and proves every stored byte. */
  check(places: Places): Command;
}
