/** How many passed, failed and were skipped, over the static checks and every test file. */
export interface Tally {
  passed: number;
  /** What failed, by name: the end of a log says it, however long the log is. */
  failed: string[];
  /** What did not run and why; a run on a machine for continuous integration fails when there is any. */
  skipped: string[];
}

/** The line a run ends with. */
export function tallyLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed.length} failed, ${tally.skipped.length} skipped`;
}

/** A run that saw nothing has proven nothing. */
export function tallyExitCode(tally: Tally, skippingAllowed: boolean): 0 | 1 {
  if (tally.failed.length > 0 || tally.passed === 0) return 1;
  return tally.skipped.length > 0 && !skippingAllowed ? 1 : 0;
}
