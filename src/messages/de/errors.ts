/** Was jeder Fehler sagt, und was als Nächstes zu tun ist. */
import type { ErrorCode } from "../../base/error-codes.ts";
import type { Sentence } from "../sentence.ts";

export const errors: Record<ErrorCode, Sentence> = {
  USAGE: { what: "{reason}", next: "Mit --help zeigt der Befehl, was er versteht." },
  DESTINATION_INVALID: {
    what: "{destination} ist kein Ziel: {reason}.",
    next: "Einen Pfad wie /mnt/backup oder ./backup angeben.",
  },
  STORAGE_FILE_MISSING: {
    what: "In {location} fehlt die Datei {file}.",
    next: "obhut check zeigt, was in diesem Repository sonst noch fehlt.",
  },
  STORAGE_FILE_EXISTS: {
    what: "In {location} gibt es die Datei {file} schon; sie wird nie ersetzt.",
    next: "Einen anderen Ort wählen oder das vorhandene Repository benutzen.",
  },
  STORAGE_SHORT_READ: {
    what: "{location} lieferte nur {got} von {wanted} Bytes der Datei {file}.",
    next: "Die Datei ist abgeschnitten, oder der Speicher versagt. obhut check --read-data ausführen.",
  },
  STORAGE_FAILED: {
    what: "{location}: {action} ist fehlgeschlagen: {reason}.",
    next: "Prüfen, ob der Ort existiert, eingehängt ist und beschrieben werden darf; dann noch einmal versuchen.",
  },
  STORAGE_FULL: {
    what: "{location} ist voll: {reason}.",
    next: "Dort Platz schaffen und den Befehl wiederholen; was schon gespeichert ist, wird weiterverwendet.",
  },
  REPOSITORY_MISSING: {
    what: "Unter {location} liegt kein Repository.",
    next: "Die Schreibweise prüfen oder mit obhut init eines anlegen.",
  },
  REPOSITORY_EXISTS: {
    what: "Unter {location} liegt bereits ein Repository.",
    next: "Dieses benutzen oder einen anderen Ort wählen.",
  },
  REPOSITORY_VERSION: {
    what: "Das Repository unter {location} hat Formatversion {version}; Obhut kennt 1 und 2.",
    next: "Ein neueres Obhut nehmen oder das Programm, mit dem das Repository angelegt wurde.",
  },
  REPOSITORY_LOCKED: {
    what: "{location} ist seit {since} von {holder} gesperrt.",
    next: "Warten, bis der andere Lauf fertig ist. Läuft das Programm nicht mehr: obhut unlock.",
  },
  PASSWORD_WRONG: {
    what: "Das Passwort öffnet keinen Schlüssel von {location}.",
    next: "Prüfen, ob --password-file oder RESTIC_PASSWORD das richtige enthält; ein Zeilenende am Schluss stört nicht.",
  },
  PASSWORD_MISSING: {
    what: "Es wurde kein Passwort angegeben.",
    next: "Eine Datei mit --password-file nennen, einen Befehl mit --password-command, oder RESTIC_PASSWORD setzen.",
  },
  OBJECT_DAMAGED: {
    what: "{object} ist beschädigt: {reason}.",
    next: "obhut check --read-data zeigt, was davon betroffen ist. Wenn es eine zweite Kopie gibt, diese nehmen.",
  },
  BLOB_MISSING: {
    what: "Kein Index kennt das Stück {blob}.",
    next: "obhut check zeigt, welche Snapshots es brauchen.",
  },
  SNAPSHOT_NOT_FOUND: {
    what: "Kein Snapshot passt auf {query}.",
    next: "obhut snapshots zeigt, welche es gibt.",
  },
  SNAPSHOT_AMBIGUOUS: {
    what: "{query} passt auf mehrere Snapshots: {matches}.",
    next: "Mehr Stellen der Kennung angeben oder mit --instance auswählen.",
  },
  TARGET_NOT_EMPTY: {
    what: "{target} ist nicht leer.",
    next: "Einen leeren Ordner wählen oder mit --overwrite in diesen hinein wiederherstellen.",
  },
  TARGET_NO_SPACE: {
    what: "In {target} sind {free} frei; gebraucht werden {needed}.",
    next: "Dort Platz schaffen oder einen anderen Datenträger wählen.",
  },
  SOURCE_MISSING: {
    what: "{path} gibt es nicht, oder es ist kein Ordner.",
    next: "Das Datenverzeichnis von Open WebUI angeben, also den Ordner mit webui.db.",
  },
  INTERRUPTED: {
    what: "Abgebrochen.",
    next: "Den Befehl wiederholen; was schon gespeichert ist, wird weiterverwendet.",
  },
  INTERNAL: {
    what: "Es ist etwas passiert, das nicht passieren darf: {reason}.",
    next: "Bitte melden, mit dem Befehl und den Zeilen darüber.",
  },
};
