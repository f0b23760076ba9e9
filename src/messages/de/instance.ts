/** Wie die Teile einer Instanz und ihre Tabellen heißen. */
import type * as en from "../en/instance.ts";

export const meanings: Record<keyof typeof en.meanings, string> = {
  database: "Benutzer, Chats, Einstellungen: alles außer Dateien und Vektoren",
  vectors: "Vektoren der Dokumente, zum Suchen darin",
  uploads: "hochgeladene Dateien",
  cacheImages: "erzeugte Bilder, auf die Chats verweisen",
  cacheFunctions: "Dateien von Funktionen",
  cacheTools: "Dateien von Werkzeugen",
  cacheTranscriptions: "verschriftlichte Aufnahmen",
  cacheRebuilt: "Modelle und Sprachausgabe, werden bei Bedarf neu geholt oder erzeugt",
  audit: "Audit-Protokoll; --audit-log erfasst es",
  licence: "Lizenz",
  oldConfig: "Einstellungen alter Versionen",
  droppings: "Hinterlassenschaft eines Dateiservers oder Dateimanagers",
  unknown: "Obhut unbekannt, wird trotzdem erfasst",
};

export const tables: Record<keyof typeof en.tables, string> = {
  user: "Benutzer",
  group: "Gruppen",
  chat: "Chats",
  chat_message: "Nachrichten in Chats",
  folder: "Ordner",
  tag: "Schlagwörter",
  file: "Dateien",
  knowledge: "Wissensbasen",
  knowledge_file: "Dateien in Wissensbasen",
  document: "Dokumente",
  memory: "Erinnerungen",
  note: "Notizen",
  channel: "Kanäle",
  message: "Nachrichten in Kanälen",
  function: "Funktionen",
  tool: "Werkzeuge",
  skill: "Fähigkeiten",
  model: "Modelle",
  prompt: "Prompts",
  feedback: "Bewertungen",
  automation: "Automationen",
  calendar_event: "Kalendereinträge",
  api_key: "API-Schlüssel",
  oauth_session: "OAuth-Sitzungen",
  config: "Einstellungen",
  collections: "Vektorsammlungen",
  embeddings: "Vektoren",
};

export const databaseStates: Record<keyof typeof en.databaseStates, string> = {
  "live-wal": "in Benutzung",
  "live-rollback": "in Benutzung, Rollback-Modus",
  "held-copy": "in Benutzung, Rollback-Modus",
  quiet: "nicht in Benutzung",
  "wal-replay": "nicht in Benutzung, mit dem Protokoll (-wal) eines Absturzes",
  "journal-rollback": "nicht in Benutzung, mit dem Journal eines Absturzes",
  "journal-kept": "nicht in Benutzung, verschlüsselt, mit dem Journal eines Absturzes",
  encrypted: "verschlüsselt",
};
