/** Das Wiederherstellungsblatt, das ausgedruckt und aufbewahrt wird. */
import type { sheet as words } from "../en/sheet.ts";

export const sheet: Readonly<Record<keyof typeof words, string>> = {
  title: "Wiederherstellungsblatt für Open WebUI",
  withSecret:
    "Mit diesem Blatt und dem Repository lässt sich alles zurückholen, auch ohne Obhut. Auf Papier und nicht beim Repository aufbewahren: Wer beides hat, kann alle Chats und Dateien lesen.",
  withoutSecret:
    "Dieses Blatt sagt, wie sich alles aus dem Repository zurückholen lässt, auch ohne Obhut. Ein Passwort steht nicht darauf: Das gehört an einen zweiten Ort.",
  repository: "Repository",
  location: "Ort",
  id: "Kennung",
  recoveryPassword: "Wiederherstellungspasswort",
  typeExactly: "Genau so eintippen, wie es dasteht, mit Großbuchstaben und Strichen. Der Code enthält dasselbe.",
  everydayPassword: "Passwort für den Alltag",
  passwordFile: "in der Datei {file} auf {hostname}; diese Datei muss es noch an einem zweiten Ort geben",
  passwordElsewhere: "nicht auf diesem Blatt",
  withObhut: "Wiederherstellen mit Obhut",
  withRestic: "Wiederherstellen ohne Obhut",
  resticNote:
    "Jeder Rechner mit restic (restic.net) genügt; es fragt nach dem Passwort. Das Datenverzeichnis ist danach restored/open-webui/data, die Schlüssel liegen in restored/open-webui/secrets.",
  startNote:
    "Open WebUI mit diesem Datenverzeichnis anstelle des alten und mit demselben WEBUI_SECRET_KEY starten. Nach einer Wiederherstellung gibt Obhut den Befehl aus.",
  made: "Erstellt am {date} auf {hostname} von Obhut {version}.",
};
