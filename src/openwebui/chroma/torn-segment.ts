/** Why a segment's files are not one that Chroma could load: they were caught in the middle of a rewrite, or damaged. */
export class TornSegment extends Error {}
