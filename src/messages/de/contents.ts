/** Was `stats`, `find` und `diff` über den Inhalt eines Repositorys sagen. */
import type * as en from "../en/contents.ts";

export const stats: Record<keyof typeof en.stats, string> = {
  snapshots: "Snapshots",
  restoreSize: "Zurückzuholen",
  restoreSizeDetail: "{size}, {files} Einträge",
  contents: "Verschiedene Inhalte",
  contentsDetail: "{size} in {files} {files:Datei|Dateien}",
  perFile: "Stücke von Dateien",
  perFileDetail: "{size} in {blobs} {blobs:Stück|Stücken} von {files} {files:Datei|Dateien}",
  rawData: "Im Repository",
  rawDataDetail: "{size} in {blobs} {blobs:Stück|Stücken}",
  uncompressed: "Unkomprimiert",
  compression: "Kompression",
  compressionDetail: "{saving} % gespart",
  compressionRatio: "Faktor {ratio} bei den {progress} %, die komprimiert sind",
  columnAdded: "Neu",
  columnStored: "Gespeichert",
  columnFreed: "Frei ohne ihn",
};

export const diff: Record<keyof typeof en.diff, string> = {
  from: "Von",
  to: "Zu",
  snapshot: "{id}, {time}, {instance}",
  kind: "{name}: vorher {before}, jetzt {after}",
  states: "{added} neu, {changed} geändert, {deleted} gelöscht",
  settings: "Einstellungen",
  more: "und {count} weitere",
  partsAdded: "{parts} +{count}",
  partsDeleted: "{parts} -{count}",
  chat_message: "Nachrichten",
  knowledge_file: "Dateien",
  group_member: "Mitglieder",
  message: "Nachrichten",
  unchangedKinds: "Unverändert: {names}",
  sameDatabase: "Die Datenbank von Open WebUI ist in beiden dieselbe.",
  encryptedDatabase: "Die Datenbank von Open WebUI ist verschlüsselt: Verglichen werden nur Dateien.",
  noDatabase: "Nicht beide Snapshots enthalten eine Datenbank, die Obhut erfasst hat: Verglichen werden nur Dateien.",
  files: "Dateien",
  filesDetail: "{added} neu, {removed} entfernt, {changed} geändert",
  folders: "Ordner",
  others: "Sonstiges",
  foldersDetail: "{added} neu, {removed} entfernt",
  pieces: "Stücke",
  piecesDetail: "{added} neu ({addedSize}), {removed} nicht mehr gebraucht ({removedSize})",
  nothing: "Keine Datei hat sich geändert.",
};

export const find: Record<keyof typeof en.find, string> = {
  inSnapshot: "Snapshot {id}, {time}, {instance}:",
  blob: "Stück {id} von {path} (Tree {tree}, Pack {packs})",
  tree: "Ordnerliste {id} von {path} (Pack {packs})",
  noPack: "keines",
  nothing: "Nichts gefunden in {snapshots} {snapshots:Snapshot|Snapshots}.",
  found: "{matches} gefunden in {snapshots} {snapshots:Snapshot|Snapshots}.",
};
