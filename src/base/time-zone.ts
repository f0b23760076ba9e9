/** Time zones, as far as snapshots need them. */

/** What has to be added to UTC at that moment, ms. */
export type ZoneOffset = (utcMs: number) => number;

/** The time zone of this process. */
export const localZone: ZoneOffset = (utcMs) => -new Date(utcMs).getTimezoneOffset() * 60_000;
