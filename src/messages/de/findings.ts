/** Was jeder Befund sagt, und was dagegen zu tun ist. */
import type { FindingCode } from "../../base/finding-codes.ts";
import type { Sentence } from "../sentence.ts";

export const findings: Record<FindingCode, Sentence> = {
  FILE_VANISHED: { what: "{path} wurde während der Sicherung gelöscht und fehlt deshalb im Snapshot.", next: "" },
  FILE_UNREADABLE: {
    what: "{path} war nicht lesbar: {reason}. Die Datei fehlt im Snapshot.",
    next: "Als Benutzer mit Leserecht ausführen oder prüfen, ob der Datenträger versagt.",
  },
  FILE_CHANGED: {
    what: "{path} änderte sich bei jedem Lesen; die gespeicherte Fassung kann alte und neue Bytes mischen.",
    next: "Die Sicherung wiederholen, wenn niemand in diese Datei schreibt.",
  },
  // Open WebUI
  DATABASE_NOT_COVERED: {
    what: "Die Anwendung führt ihre Datenbank in {store}, nicht in webui.db. Sie fehlt in diesem Snapshot.",
    next: "Diese Datenbank mit ihrem eigenen Werkzeug sichern (pg_dump bei PostgreSQL), bis Obhut das übernimmt.",
  },
  VECTORS_NOT_COVERED: {
    what: "Die Anwendung führt ihre Vektoren in {store}; das sichert Obhut noch nicht. Sie fehlen in diesem Snapshot.",
    next: "Diesen Speicher mit seinem eigenen Werkzeug sichern oder nach einer Wiederherstellung neu indizieren lassen.",
  },
  UPLOADS_NOT_COVERED: {
    what: "Die Anwendung legt Uploads in {store} ab; das sichert Obhut noch nicht. Sie fehlen in diesem Snapshot.",
    next: "Dort die Versionierung einschalten oder mit dem eigenen Werkzeug kopieren.",
  },
  UPLOADS_REMOTE: {
    what: "{count} hochgeladene Dateien liegen in einem Objektspeicher ({scheme}), den Obhut noch nicht sichert.",
    next: "Dort die Versionierung einschalten oder mit dem eigenen Werkzeug kopieren.",
  },
  UPLOADS_MISSING: {
    what: "Die Datenbank nennt {count} hochgeladene Dateien, die es nicht mehr gibt, zum Beispiel {example}.",
    next: "Sie fehlten schon vor dieser Sicherung; vielleicht hat sie ein älterer Snapshot.",
  },
  UPLOADS_ORPHANED: {
    what: "{count} Dateien in uploads gehören zu keiner Zeile der Datenbank, zum Beispiel {example}. Im Snapshot sind sie trotzdem.",
    next: "",
  },
  SEGMENT_TORN: {
    what: "Der Vektorindex {segment} der Sammlung {collection} ist halb geschrieben: {reason}. Im Snapshot ist er so, wie er daliegt.",
    next: "Die Sicherung wiederholen. Bleibt es dabei, kann auch Chroma ihn nicht laden: Anwendung neu starten oder dieses Wissen neu indizieren.",
  },
  SEGMENT_MISSING: {
    what: "Chromas Datenbank rechnet mit einem Vektorindex {segment} (Sammlung {collection}), dessen Ordner fehlt.",
    next: "Dieses Wissen in der Anwendung neu indizieren; vielleicht hat ein älterer Snapshot den Ordner.",
  },
  VECTORS_UNKNOWN: {
    what: "{path} ließ sich nicht deuten: {reason}. Im Snapshot ist es, aber nichts beweist, dass es heil ist.",
    next: "Prüfen, ob die Anwendung noch aus ihrem Wissen antwortet, und die Sicherung wiederholen.",
  },
  OTHER_DATABASE_INEXACT: {
    what: "{path} ist eine Datenbank, die sich nicht exakt erfassen ließ: {reason}. Im Snapshot ist sie so, wie sie daliegt.",
    next: "Anhalten, was in sie schreibt, und die Sicherung wiederholen.",
  },
  SCHEMA_UNKNOWN: {
    what: "Die Datenbank hat die Schema-Revision {revision}, die dieses Obhut nicht kennt. Die Sicherung ist trotzdem vollständig.",
    next: "Die Anwendung ist neuer als dieses Obhut oder eine Variante davon. Obhut bei Gelegenheit aktualisieren.",
  },
  SECRET_KEY_NOT_SEEN: {
    what: "Obhut konnte WEBUI_SECRET_KEY nicht sehen; der Schlüssel fehlt im Snapshot. Ohne ihn verliert eine wiederhergestellte Instanz ihre Anmeldungen, und mit Zwei-Faktor-Anmeldung kommt niemand hinein.",
    next: "Ihn mit --env-file oder --secret-key-file nennen, oder Obhut als Benutzer ausführen, der die Umgebung der Anwendung lesen darf.",
  },
  ENVIRONMENT_NOT_SEEN: {
    what: "Obhut konnte die Umgebung der Anwendung nicht sehen und weiß daher nicht, ob weitere Schlüssel gesetzt sind oder Teile anderswo liegen.",
    next: "Sie mit --env-file nennen, oder Obhut als Benutzer ausführen, der sie lesen darf.",
  },
};
