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
    what: "{count} hochgeladene {count:Datei liegt|Dateien liegen} in einem Objektspeicher ({scheme}), den Obhut noch nicht sichert.",
    next: "Dort die Versionierung einschalten oder mit dem eigenen Werkzeug kopieren.",
  },
  UPLOADS_MISSING: {
    what: "Die Datenbank nennt {count} hochgeladene {count:Datei|Dateien}, die es nicht mehr gibt, zum Beispiel {example}.",
    next: "Sie fehlten schon vor dieser Sicherung; vielleicht hat sie ein älterer Snapshot.",
  },
  UPLOAD_LOST: {
    what: "{path} ließ sich nicht sichern, obwohl die Datenbank in diesem Snapshot die Datei nennt.",
    next: "Warum, steht oben; ist das behoben, die Sicherung wiederholen.",
  },
  UPLOADS_ORPHANED: {
    what: "{count} {count:Datei in uploads gehört|Dateien in uploads gehören} zu keiner Zeile der Datenbank, zum Beispiel {example}. Im Snapshot {count:ist sie|sind sie} trotzdem.",
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
    what: "{path} ließ sich nicht exakt erfassen: {reason}. Im Snapshot ist es, aber nichts beweist, dass es heil ist.",
    next: "Prüfen, ob die Anwendung noch aus ihrem Wissen antwortet, und die Sicherung wiederholen.",
  },
  OTHER_DATABASE_INEXACT: {
    what: "{path} ist eine Datenbank, die sich nicht exakt erfassen ließ: {reason}. Im Snapshot ist sie so, wie sie daliegt.",
    next: "Anhalten, was in sie schreibt, und die Sicherung wiederholen.",
  },
  LINK_NOT_FOLLOWED: {
    what: "{path} ist ein Verweis auf {target} außerhalb des Datenverzeichnisses. Im Snapshot ist der Verweis, nicht das, worauf er zeigt.",
    next: "Es ins Datenverzeichnis verschieben, eigens sichern oder den Verweis mit --exclude auslassen.",
  },
  DATABASE_OPAQUE: {
    what: "{path} ist verschlüsselt (SQLCipher): Was darin steht, lässt sich hier weder zählen noch prüfen.",
    next: "Nur die Anwendung kann die Datei öffnen, mit ihrem DATABASE_PASSWORD; gesichert wird sie mit --cold, während die Anwendung steht.",
  },
  DATABASE_PASSWORD_NOT_SEEN: {
    what: "Obhut konnte DATABASE_PASSWORD nicht sehen; das Passwort fehlt im Snapshot. Ohne es kann niemand die verschlüsselte Datenbank öffnen.",
    next: "Die Datei, in der es steht, mit --env-file nennen, oder das Passwort an einem zweiten Ort aufbewahren.",
  },
  CAPTURE_BEGUN_ANEW: {
    what: "Die Anwendung wurde gestartet oder beendet, während {path} gelesen wurde; das Gelesene wurde verworfen und neu begonnen.",
    next: "",
  },
  SCHEMA_UNKNOWN: {
    what: "Die Datenbank hat die Schema-Revision {revision}, die dieses Obhut nicht kennt. Die Sicherung ist trotzdem vollständig.",
    next: "Die Anwendung ist neuer als dieses Obhut oder eine Variante davon. Obhut bei Gelegenheit aktualisieren.",
  },
  SECRET_KEY_NOT_SEEN: {
    what: "Obhut konnte WEBUI_SECRET_KEY nicht sehen; ein Snapshot von jetzt enthält den Schlüssel nicht. Ohne ihn verliert eine wiederhergestellte Instanz ihre Anmeldungen, und mit Zwei-Faktor-Anmeldung kommt niemand hinein.",
    next: "Ihn mit --env-file oder --secret-key-file nennen, oder Obhut als Benutzer ausführen, der die Umgebung der Anwendung lesen darf.",
  },
  ENVIRONMENT_NOT_SEEN: {
    what: "Obhut konnte die Umgebung der Anwendung nicht sehen und weiß daher nicht, ob weitere Schlüssel gesetzt sind oder Teile anderswo liegen.",
    next: "Sie mit --env-file nennen, oder Obhut als Benutzer ausführen, der sie lesen darf.",
  },
  // das Repository
  SNAPSHOT_DAMAGED: {
    what: "Snapshot {snapshot} ist beschädigt: {reason}.",
    next: "Die übrigen sind nicht betroffen. Aus einer anderen Kopie des Repositorys zurückkopieren oder entfernen: obhut repair snapshots --forget {snapshot}.",
  },
  OTHER_SNAPSHOT_DAMAGED: {
    what: "Snapshot {snapshot}, um den es hier nicht geht, ist beschädigt: {reason}.",
    next: "Er wurde hier nicht gebraucht. Dieses Repository mit obhut check prüfen.",
  },
  SNAPSHOT_UNREADABLE: {
    what: "Snapshot {snapshot} war nicht lesbar: {reason}. Ob er in Ordnung ist, ist offen.",
    next: "Prüfen, ob dieser Benutzer ihn lesen darf und der Speicher in Ordnung ist, dann den Befehl wiederholen. Seinetwegen wird nichts entfernt oder repariert.",
  },
  OTHER_SNAPSHOT_UNREADABLE: {
    what: "Snapshot {snapshot}, um den es hier nicht geht, war nicht lesbar: {reason}.",
    next: "Er wurde hier nicht gebraucht. Dieses Repository mit obhut check prüfen.",
  },
  KEY_DAMAGED: {
    what: "Schlüssel {key} ist beschädigt: {reason}. Sein Passwort öffnet nichts mehr.",
    next: "Ein anderer Schlüssel öffnet das Repository noch: obhut key remove {key} ausführen und dem Passwort mit obhut key add einen neuen Schlüssel geben.",
  },
  KEY_UNREADABLE: {
    what: "Schlüssel {key} war nicht lesbar: {reason}. Ob er das Repository noch öffnet, ist offen.",
    next: "Prüfen, ob dieser Benutzer ihn lesen darf und der Speicher in Ordnung ist, dann obhut check wiederholen.",
  },
  INDEX_DAMAGED: {
    what: "Index {index} ist beschädigt: {reason}.",
    next: "obhut repair index ausführen: Alles, was darin stand, steht auch in den Packs.",
  },
  INDEX_UNREADABLE: {
    what: "Index {index} war nicht lesbar: {reason}. Was nur er nennt, wurde nicht geprüft.",
    next: "Prüfen, ob dieser Benutzer ihn lesen darf und der Speicher in Ordnung ist, dann obhut check wiederholen. Vorher gibt es nichts zu reparieren.",
  },
  PACK_MISSING: {
    what: "Pack {pack} fehlt; es enthielt {blobs} {blobs:Stück|Stücke}.",
    next: "Aus einer anderen Kopie des Repositorys zurückkopieren. Gibt es keine: obhut repair index, dann eine neue Sicherung (was die Quelle noch hat, wird wieder gespeichert), dann obhut repair snapshots.",
  },
  PACK_SIZE_WRONG: {
    what: "Pack {pack} hat {actual} statt {expected} Bytes.",
    next: "Es wurde abgeschnitten oder überschrieben. Aus einer anderen Kopie holen oder obhut repair packs {pack} ausführen.",
  },
  PACK_DAMAGED: {
    what: "Pack {pack} ist beschädigt: {reason}.",
    next: "Aus einer anderen Kopie holen oder obhut repair packs {pack} ausführen: Das rettet, was darin noch heil ist.",
  },
  PACK_UNREADABLE: {
    what: "Pack {pack} war nicht lesbar: {reason}.",
    next: "Den Speicher und die Verbindung dorthin prüfen, dann obhut check --read-data wiederholen.",
  },
  TREE_DAMAGED: {
    what: "Der Ordner {path} in Snapshot {snapshot} ist beschädigt (Tree {tree}): {reason}.",
    next: "Zuerst beheben, was oben über Indizes und Packs steht. Was dann noch fehlt, nimmt obhut repair snapshots --forget heraus.",
  },
  TREE_UNREADABLE: {
    what: "Der Ordner {path} in Snapshot {snapshot} war nicht lesbar (Tree {tree}): {reason}.",
    next: "Den Speicher und die Verbindung dorthin prüfen, dann den Befehl wiederholen.",
  },
  FILE_PIECES_MISSING: {
    what: "{path} in Snapshot {snapshot} {count:fehlt|fehlen} {count} {count:Stück|Stücke}.",
    next: "Zuerst beheben, was oben über Indizes und Packs steht; eine neue Sicherung speichert, was die Quelle noch hat. Was dann noch fehlt, nimmt obhut repair snapshots --forget heraus.",
  },
  FILE_SIZE_WRONG: {
    what: "Die Stücke von {path} in Snapshot {snapshot} ergeben {actual} statt {expected} Bytes.",
    next: "Mit derselben Datei in einem anderen Snapshot vergleichen. obhut repair snapshots berichtigt die Größe.",
  },
  ENTRY_UNKNOWN: {
    what: "{path} in Snapshot {snapshot} kann dieses Obhut nicht wiederherstellen (Art {type}).",
    next: "Alles daneben ist heil. Stammt es von einem neueren Programm, braucht es ein neueres Obhut; sonst nimmt obhut repair snapshots --forget es heraus.",
  },
  INDEX_WRONG: {
    what: "Der Index sagt über Pack {pack} anderes als das Pack selbst, das heil ist: {reason}.",
    next: "obhut repair index --read-all-packs ausführen.",
  },
  PACKS_NOT_INDEXED: {
    what: "{count} {count:Pack|Packs} ({sizeBytes}) {count:steht|stehen} in keinem Index, obwohl Snapshots {count:seinen|ihren} Inhalt brauchen.",
    next: "obhut repair index ausführen: Dann stehen sie wieder darin.",
  },
  TREE_COPY_DAMAGED: {
    what: "Tree {tree} ist in Pack {pack} beschädigt: {reason}. In einem anderen Pack liegt er heil; verloren ist nichts.",
    next: "Mit obhut check --read-data nachsehen, was dort noch beschädigt ist, oder obhut repair packs {pack} ausführen.",
  },
  PACKS_UNUSED: {
    what: "{count} {count:Pack|Packs} ({sizeBytes}) {count:steht|stehen} in keinem Index: Reste eines abgebrochenen Laufs.",
    next: "Sie schaden nicht; obhut prune räumt sie weg.",
  },
  BLOBS_DUPLICATED: {
    what: "{count} {count:Stück|Stücke} ({sizeBytes}) {count:ist|sind} mehrfach gespeichert.",
    next: "Sie schaden nicht; obhut prune räumt sie weg.",
  },
  LOCK_AWAITED: { what: "{location} ist seit {since} von {holder} gesperrt; es wird gewartet.", next: "" },
  LOCK_NOT_REMOVED: {
    what: "Die Sperre auf {location} ließ sich nicht entfernen: {reason}.",
    next: "Nach 30 Minuten gilt sie nicht mehr; dann entfernt sie obhut unlock.",
  },
  // Aufräumen
  COPY_READABLE: {
    what: "Was in {location} liegt, kann jeder lesen, der Zugang zu diesem Ort hat: Chats, hochgeladene Dateien und die API-Schlüssel in webui.db. Dieser Hinweis kommt nur einmal.",
    next: "Den Ort vor anderen schützen. Wer Kopien braucht, die sonst niemand lesen kann, nimmt ein Repository.",
  },
  COPY_NAMES_CHANGED: {
    what: "{location} kann {count} der Namen nicht aufnehmen, etwa {example}; diese Dateien heißen dort anders.",
    next: "Nichts: in obhut-files.jsonl stehen beide Namen, und beim Wiederherstellen kommen die richtigen zurück.",
  },
  COPY_FILES_MISSED: {
    what: "{count} {count:Datei ließ|Dateien ließen} sich nicht nach {location} schreiben, etwa {example}: {reason}. Was der Spiegel davon an älterem Stand hat, bleibt.",
    next: "Nachsehen, was dort anders ist: der Name, die Größe, eine Datei gleichen Namens, die jemand anderem gehört. Der nächste Lauf versucht es wieder.",
  },
  COPY_FILE_MISSING: {
    what: "{path} fehlt in der Kopie {copy}.",
    next: "Eine andere Kopie verwenden; die nächste Sicherung legt wieder eine vollständige an.",
  },
  COPY_FILE_WRONG: {
    what: "{path} in der Kopie {copy} ist nicht, was geschrieben wurde: {reason}.",
    next: "Eine andere Kopie verwenden; die nächste Sicherung legt wieder eine richtige an. Die Platte prüfen.",
  },
  COPY_LIST_DAMAGED: {
    what: "Die Dateiliste der Kopie {copy} in {location} ist beschädigt oder fehlt.",
    next: "Die Dateien selbst können in Ordnung sein: `sha256sum -c SHA256SUMS` in ihrem Ordner sagt es. Die nächste Sicherung legt eine neue Kopie an.",
  },
  RUSTIC_WITHOUT_LOCKS: {
    what: "{count} {count:Snapshot|Snapshots} in {location} {count:stammt|stammen} von rustic, das keine Sperren setzt: Es könnte auch während des Aufräumens schreiben.",
    next: "Nicht mehr Gebrauchtes wird deshalb nur vorgemerkt und erst von einem späteren Aufräumen entfernt, wenn --keep-delete nichts anderes sagt.",
  },
  PACKS_MARKED: {
    what: "{count} {count:Pack|Packs} ({sizeBytes}), {count:das nicht mehr gebraucht wird, bleibt|die nicht mehr gebraucht werden, bleiben} noch {hours} Stunden, falls ein Programm ohne Sperren sich gerade darauf stützt.",
    next: "Ein Aufräumen danach entfernt sie. Arbeitet kein solches Programm, entfernt --keep-delete 0 sie sofort.",
  },
  PACKS_RECOVERED: {
    what: "{count} zum Entfernen {count:vorgemerktes Pack wird|vorgemerkte Packs werden} wieder gebraucht: Ein Programm ohne Sperren hat sich inzwischen darauf gestützt. {count:Es bleibt|Sie bleiben}.",
    next: "",
  },
  PACKS_YOUNG: {
    what: "{count} {count:Pack|Packs} ({sizeBytes}) {count:steht|stehen} seit weniger als {hours} Stunden in keinem Index: Vielleicht braucht ein Programm ohne Sperren {count:es noch, deshalb bleibt es|sie noch, deshalb bleiben sie}.",
    next: "Ein späteres Aufräumen entfernt sie. Arbeitet kein solches Programm, entfernt --keep-delete 0 sie sofort.",
  },
  PACKS_FORGOTTEN: {
    what: "{count} {count:Pack, das der Index nennt, ist|Packs, die der Index nennt, sind} nicht da. Kein Snapshot braucht {count:es|sie}; der Index vergisst {count:es|sie}.",
    next: "",
  },
  PACKS_NOT_REMOVED: {
    what: "{count} nicht mehr {count:gebrauchtes Pack ließ|gebrauchte Packs ließen} sich nicht entfernen, zum Beispiel {pack}: {reason}.",
    next: "Alle Snapshots sind vollständig. Noch einmal aufräumen, sobald dort entfernt werden darf.",
  },
  // Reparatur
  PACK_NOT_INDEXED: {
    what: "Pack {pack} steht in keinem Index und lässt sich in keinen aufnehmen: {reason}.",
    next: "Was darin war, kann niemand mehr sagen. obhut repair packs {pack} legt hier eine Kopie ab und entfernt es.",
  },
  PACK_SOUND: { what: "Pack {pack} ist heil und bleibt, wie es ist.", next: "" },
  PACK_COPY_KEPT: {
    what: "Eine Kopie von Pack {pack}, so wie es war, liegt in {path}.",
    next: "Sie kann weg, wenn obhut check --read-data nichts mehr findet und nichts vermisst wird.",
  },
  FILE_CUT: {
    what: "{path} in Snapshot {snapshot} hat {count} {count:Stück|Stücke} verloren. Die übrigen stehen hintereinander in {name}.",
    next: "",
  },
  FILE_LOST: { what: "{path} in Snapshot {snapshot} ist verloren: kein Stück ist übrig.", next: "" },
  FOLDER_LOST: {
    what: "Der Inhalt des Ordners {path} in Snapshot {snapshot} ist verloren: {reason}. Der Ordner ist jetzt leer.",
    next: "",
  },
  FILE_SIZE_CORRECTED: {
    what: "{path} in Snapshot {snapshot} hat {actual} Bytes, nicht {expected}. Die Größe ist berichtigt.",
    next: "",
  },
  ENTRY_REMOVED: {
    what: "{path} in Snapshot {snapshot} lässt sich nicht wiederherstellen (Art {type}) und ist nicht mehr dabei.",
    next: "",
  },
  SNAPSHOT_LOST: {
    what: "Von Snapshot {snapshot} ist nichts mehr lesbar: {reason}. --forget entfernt ihn.",
    next: "",
  },
  SNAPSHOT_BEYOND_REPAIR: {
    what: "Von Snapshot {snapshot} ist nichts mehr lesbar: {reason}.",
    next: "Seine Dateien aus einer anderen Kopie des Repositorys zurückkopieren oder ihn entfernen: obhut repair snapshots --forget {snapshot}.",
  },
  // forget
  SNAPSHOT_IN_FUTURE: {
    what: "Der Snapshot {snapshot} ist laut eigener Angabe von {time}, also aus der Zukunft. Er bleibt und zählt nicht mit.",
    next: "Die Uhren dieses Rechners und dessen prüfen, der ihn gemacht hat. Entfernen lässt er sich mit obhut forget {snapshot}.",
  },
  // Wiederherstellen
  NOTHING_CHOSEN: {
    what: "Nichts im Snapshot entspricht dem, was --part, --include und --exclude übrig lassen.",
    next: "obhut ls zeigt, was darin ist; ein Muster ohne Schrägstrich am Anfang gilt in jeder Tiefe, eines mit Schrägstrich für den ganzen Pfad.",
  },
  FILE_NOT_RESTORED: {
    what: "{path} wurde nicht wiederhergestellt: {reason}.",
    next: "obhut check --read-data ausführen oder die Datei aus einem anderen Snapshot holen.",
  },
  FILE_RESTORED_WRONG: {
    what: "{path} wurde geschrieben, enthielt beim Nachlesen aber andere Bytes und ist nicht an seinem Platz.",
    next: "Vielleicht versagt der Datenträger, oder jemand schreibt dorthin. An einen anderen Ort wiederherstellen.",
  },
  METADATA_NOT_RESTORED: {
    what: "{path} ist da, aber Rechte oder Zeiten ließen sich nicht setzen: {reason}.",
    next: "Als root wiederherstellen oder auf ein Dateisystem, das sie kennt.",
  },
  XATTRS_NOT_RESTORED: {
    what: "Die erweiterten Attribute von {count} {count:Datei|Dateien} wurden nicht wiederhergestellt: {reason}.",
    next: "Wenn sie wichtig sind: setfattr (Paket attr) installieren und noch einmal wiederherstellen.",
  },
  OWNERS_NOT_RESTORED: {
    what: "{count} {count:Datei oder Ordner gehört|Dateien und Ordner gehören} jetzt dem Benutzer, der die Wiederherstellung ausgeführt hat.",
    next: "Wenn die Besitzer wichtig sind: als root wiederherstellen oder mit chown ändern.",
  },
  // storing a snapshot
  SNAPSHOT_PASSED_OVER: {
    what: "Snapshot {snapshot} in {location} ist nicht lesbar: {reason}. Der neue Snapshot baut nicht auf ihm auf und ist vollständig.",
    next: "Dieses Repository mit obhut check prüfen.",
  },
  INDEXED_PACKS_MISSING: {
    what: "Der Index von {location} führt Packs auf, die dort fehlen ({count}). Dieser Snapshot ist vollständig, er stützt sich auf keins davon; frühere sind es vielleicht nicht.",
    next: "Dieses Repository mit obhut check prüfen.",
  },
  PACK_NOT_ADOPTED: {
    what: "Das Pack {pack} in {location} steht in keinem Index und war nicht lesbar: {reason}. Was es enthalten mag, wurde neu gespeichert.",
    next: "",
  },
  SNAPSHOT_NOT_COPIED: {
    what: "Snapshot {snapshot} wurde nicht nach {location} kopiert: Was er braucht, ist beschädigt, siehe oben.",
    next: "Ihn aus einer anderen Kopie des Repositorys holen oder das Repository reparieren, aus dem er stammt, dann noch einmal kopieren.",
  },
  TREE_NOT_REWRITABLE: {
    what: "Der Ordner {path} von Snapshot {snapshot} enthält etwas, das Obhut nicht unverändert zurückschreiben kann (Tree {tree}); der Snapshot blieb, wie er ist.",
    next: "Ihn mit dem Programm umschreiben, das ihn gemacht hat.",
  },
  DATABASE_RESTORED_DAMAGED: {
    what: "Die wiederhergestellte Datenbank {path} ist beschädigt: {reason}.",
    next: "Einen älteren Snapshot wiederherstellen und mit obhut check --read-data prüfen, ob das Repository vollständig ist.",
  },
  DATABASES_NOT_COMPARED: {
    what: "Die Datenbanken der beiden Snapshots wurden nicht verglichen: {reason}.",
    next: "Die Dateien werden trotzdem verglichen. Mit obhut check --read-data prüfen, ob das Repository vollständig ist.",
  },
  ROWS_RESTORED_DIFFER: {
    what: "Die Tabelle {table} wurde mit {expected} Zeilen erfasst und mit {actual} wiederhergestellt.",
    next: "Open WebUI nicht auf diesem Ordner starten. Einen älteren Snapshot wiederherstellen und den Fall bitte melden.",
  },
  DATA_PATH_NOT_WRITTEN: {
    what: "Die Datensätze der verschlüsselten Datenbank ließen sich nicht auf {path} umschreiben: Sie nennen den Pfad, den sie vorher nannten.",
    next: "Der Anwendung den wiederhergestellten Ordner unter dem bisherigen Pfad zeigen.",
  },
  DATA_PATH_DIFFERS: {
    what: "Datensätze von Open WebUI nennen seine Dateien unter {rows}, dieser Ordner aber ist {target}.",
    next: "Der Anwendung den Ordner unter {rows} zeigen, oder mit --data-path und dem Pfad wiederherstellen, unter dem sie ihn sehen wird.",
  },
  // der Cache
  CACHE_UNUSABLE: {
    what: "Der Cache in {folder} ist nicht zu gebrauchen: {reason}. Alles wurde aus dem Repository selbst gelesen.",
    next: "Mit --cache-dir einen anderen Ordner nennen oder mit --no-cache ohne Cache arbeiten.",
  },
  CACHE_DAMAGED: {
    what: "Die Kopie von {file} im Cache {folder} war beschädigt. Sie wurde entfernt und neu aus dem Repository gelesen.",
    next: "Verloren ist nichts. Kommt es wieder vor, versagt vielleicht der Datenträger unter dem Cache.",
  },
  STORAGE_RETRIED: {
    what: "{location} antwortet nicht, wie es soll: {reason}. Neuer Versuch in {seconds} Sekunden.",
    next: "Geht es dann weiter, ist nichts zu tun; sonst nach Netz und Server sehen.",
  },
  RETENTION_EXTENDED: {
    what: "{count} Dateien in {location} sind für einen weiteren Zeitraum gegen Entfernen gesperrt.",
    next: "",
  },
  RETENTION_NOT_EXTENDED: {
    what: "{count} Dateien in {location} ließen sich nicht für einen weiteren Zeitraum gegen Entfernen sperren: {reason}.",
    next: "Prüfen, ob der Schlüssel s3:PutObjectRetention darf und der Bucket Object Lock hat, dann die Prüfung wiederholen.",
  },
  SPOOL_FILLED: {
    what: "{path} wurde schneller gelesen als gesendet: Die wartenden Packs belegten {sizeBytes} länger als {seconds} Sekunden ganz. Die Datenbank wurde freigegeben und wird neu gelesen, sobald sie gesendet sind.",
    next: "Es ist nichts zu tun. Hat der Datenträger Platz, erspart ein größeres --spool-limit das zweite Lesen.",
  },
  SPOOL_DISK_FULL: {
    what: "In {folder} sind nur {free} frei: Dort können keine Packs auf einen langsamen Ort warten, also wartet das Lesen auf ihn.",
    next: "Mit --spool-dir einen Ordner auf einem Datenträger mit mehr Platz nennen.",
  },
  REPOSITORY_NOT_LOCKED: {
    what: "{location} ließ sich nicht sperren und wurde deshalb ohne Sperre gelesen: {reason}.",
    next: "Dafür sorgen, dass dort inzwischen niemand Snapshots entfernt.",
  },
};
