/** What the archive in a dated copy is packed with. */
export const archiveFormats = ["zst", "gz"] as const;
export type ArchiveFormat = (typeof archiveFormats)[number];
