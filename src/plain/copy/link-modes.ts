/** How an unchanged file gets into the next linked copy: as another name, as a clone that shares blocks, or whole. */
export const linkModes = ["hardlink", "reflink", "copy"] as const;
export type LinkMode = (typeof linkModes)[number];
