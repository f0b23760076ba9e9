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
};
