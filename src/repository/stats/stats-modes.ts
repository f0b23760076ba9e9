/** What is counted, in restic's words. */
export const statsModes = ["restore-size", "files-by-contents", "blobs-per-file", "raw-data"] as const;
export type StatsMode = (typeof statsModes)[number];
