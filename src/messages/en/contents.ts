/** What `stats`, `find` and `diff` say of the contents of a repository. */

export const stats = {
  snapshots: "Snapshots",
  restoreSize: "A restore writes",
  restoreSizeDetail: "{size}, {files} entries",
  contents: "Different contents",
  contentsDetail: "{size} in {files} files",
  perFile: "Pieces of files",
  perFileDetail: "{size} in {blobs} pieces of {files} files",
  rawData: "In the repository",
  rawDataDetail: "{size} in {blobs} pieces",
  uncompressed: "Uncompressed",
  compression: "Compression",
  compressionDetail: "{saving} % saved",
  compressionRatio: "factor {ratio} on the {progress} % that are compressed",
  columnAdded: "New",
  columnStored: "Stored",
  columnFreed: "Free without it",
} as const;
