/** Was `stats`, `find` und `diff` über den Inhalt eines Repositorys sagen. */
import type * as en from "../en/contents.ts";

export const stats: Record<keyof typeof en.stats, string> = {
  snapshots: "Snapshots",
  restoreSize: "Zurückzuholen",
  restoreSizeDetail: "{size}, {files} Einträge",
  contents: "Verschiedene Inhalte",
  contentsDetail: "{size} in {files} Dateien",
  perFile: "Stücke von Dateien",
  perFileDetail: "{size} in {blobs} Stücken von {files} Dateien",
  rawData: "Im Repository",
  rawDataDetail: "{size} in {blobs} Stücken",
  uncompressed: "Unkomprimiert",
  compression: "Kompression",
  compressionDetail: "{saving} % gespart",
  compressionRatio: "Faktor {ratio} bei den {progress} %, die komprimiert sind",
  columnAdded: "Neu",
  columnStored: "Gespeichert",
  columnFreed: "Frei ohne ihn",
};
