/** Warum ein Aufruf oder ein Ziel nicht verstanden wurde: das `reason` von USAGE und DESTINATION_INVALID. */
import type { ReasonCode } from "../../base/reason-codes.ts";

export const reasons: Record<ReasonCode, string> = {
  unknownCommand: "den Befehl {name} gibt es nicht",
  unknownCommandGuess: "den Befehl {name} gibt es nicht; war {guess} gemeint?",
  unknownOption: "{command} kennt die Option {name} nicht",
  unknownOptionGuess: "{command} kennt die Option {name} nicht; war {guess} gemeint?",
  optionNeedsValue: "{name} braucht einen Wert",
  optionTakesNoValue: "{name} nimmt keinen Wert, angegeben ist aber {value}",
  optionOnce: "{name} darf nur einmal vorkommen",
  argumentMissing: "{command} braucht {name}",
  argumentTooMany: "mit {value} kann {command} nichts anfangen",
  choiceInvalid: "{name} ist {value}, erlaubt ist aber nur: {choices}",
  repositoryNotGiven:
    "es ist kein Repository angegeben: {option} verwenden oder OBHUT_REPOSITORY oder RESTIC_REPOSITORY setzen",
  dataNotGiven: "es ist kein Datenverzeichnis angegeben: --data verwenden oder OBHUT_DATA oder DATA_DIR setzen",
  targetNotGiven: "restore braucht --target, den Ordner, in den wiederhergestellt wird",
  oneOfTwo: "{first} und {second} sind beide angegeben; eines davon genügt",
  subsetInvalid: "{value} ist kein Teil der Daten: n/t wie 1/10 oder einen Anteil wie 5% schreiben",
  timeInvalid: "{value} ist keine Zeitangabe: @2026-11-23 oder @2026-11-23T10:00 schreiben",
  commandQuotes: "die Anführungszeichen in {value} werden nicht geschlossen",
  commandEmpty: "der Passwortbefehl ist leer",
  passwordCommandFailed: "der Passwortbefehl {command} ist fehlgeschlagen: {reason}",
  passwordFileFailed: "die Passwortdatei {file} ließ sich nicht lesen: {reason}",
  passwordEmpty: "das Passwort ist leer",
  passwordsDiffer: "die beiden Passwörter stimmen nicht überein",
  fileUnreadable: "{file} ließ sich nicht lesen: {reason}",
  notAFile: "{path} ist keine Datei",
  destinationBareWord:
    "ein bloßes Wort ist der Name eines Ziels in der Konfigurationsdatei, und die gibt es nicht; für den Ordner ./{word} schreiben",
  destinationNotYet: "{scheme} ist bekannt, diese Version sichert aber nur in lokale Ordner",
  destinationUnknownScheme: "{scheme} ist unbekannt",
  destinationEmpty: "die Angabe ist leer",
  destinationTwice: "es ist doppelt angegeben",
  destinationTooMany: "ein Lauf kann höchstens {limit} Ziele versorgen",
};
