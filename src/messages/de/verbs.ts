import type { StorageVerb } from "../../base/storage-action.ts";

/** Was vom Speicher verlangt war, als Subjekt von »… ist fehlgeschlagen«: allein und vor dem Namen einer Datei. */
export const verbs: Readonly<Record<StorageVerb, readonly [alone: string, of: string]>> = {
  connect: ["Verbinden", "Verbinden mit"],
  copy: ["Kopieren", "Kopieren von"],
  "create the repository's folders": ["Anlegen der Ordner des Repositorys", "Anlegen der Ordner des Repositorys"],
  link: ["Verlinken", "Verlinken von"],
  list: ["Auflisten", "Auflisten von"],
  lock: ["Sperren", "Sperren von"],
  "look at": ["Nachsehen", "Nachsehen nach"],
  "make the bucket": ["Anlegen des Buckets", "Anlegen des Buckets"],
  "make the folder": ["Anlegen des Ordners", "Anlegen des Ordners"],
  read: ["Lesen", "Lesen von"],
  "read a pack back": ["Zurücklesen eines Packs", "Zurücklesen eines Packs"],
  remove: ["Entfernen", "Entfernen von"],
  rename: ["Umbenennen", "Umbenennen von"],
  save: ["Speichern", "Speichern von"],
  "sign in to B2": ["Anmelden bei B2", "Anmelden bei B2"],
  sync: ["Sichern auf die Platte", "Sichern auf die Platte von"],
  tidy: ["Aufräumen", "Aufräumen von"],
  write: ["Schreiben", "Schreiben von"],
};
