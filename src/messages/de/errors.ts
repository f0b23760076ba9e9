/** Was jeder Fehler sagt, und was als Nächstes zu tun ist. */
import type { ErrorCode } from "../../base/error-codes.ts";
import type { Sentence } from "../sentence.ts";

export const errors: Record<ErrorCode, Sentence> = {
  USAGE: { what: "{reason}", next: "Mit --help zeigt der Befehl, was er versteht." },
  DESTINATION_INVALID: {
    what: "{destination} ist kein Ziel: {reason}.",
    next: "Einen Pfad wie /mnt/backup angeben oder einen Ort wie sftp:user@host:/pfad; docs/de/destinations.md nennt alle.",
  },
  DESTINATION_UNFIT: {
    what: "{location} kann kein Repository halten: {reason}.",
    next: "Etwas zwischen hier und dem Datenträger verändert oder verbirgt Dateien, etwa ein Zwischenspeicher oder ein defekter Server. Bis das behoben ist, einen anderen Ort wählen.",
  },
  DESTINATION_IN_SOURCE: {
    what: "{location} und das Datenverzeichnis {source} liegen ineinander; ein Repository dort würde mitgesichert oder mit den Daten vermischt.",
    next: "Einen Ordner außerhalb von Open WebUI wählen, am besten auf einem anderen Datenträger.",
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
  STORAGE_LINKS: {
    what: "{location} kann einer Datei keinen zweiten Namen (Hardlink) geben oder ihre Blöcke nicht teilen: {reason}.",
    next: "Ein Dateisystem wählen, das es kann (ext4, XFS, btrfs, ZFS), oder unveränderte Dateien ganz kopieren lassen: --link-mode copy. In einem Bucket oder über rclone sind datierte Kopien (dated:) oder ein Repository die bessere Wahl.",
  },
  STORAGE_UNREACHABLE: {
    what: "{location} ist nicht erreichbar: {reason}.",
    next: "Rechnername, Port und Netz prüfen, und ob der Server läuft; dann noch einmal versuchen.",
  },
  STORAGE_TIMEOUT: {
    what: "{location}: {action} kam {seconds} Sekunden lang nicht voran.",
    next: "Prüfen, ob Server und Netz arbeiten, und den Befehl wiederholen; was schon gespeichert ist, wird weiterverwendet.",
  },
  STORAGE_DENIED: {
    what: "{location} hat das nicht erlaubt: {action}: {reason}.",
    next: "Die Anmeldung hat geklappt, doch dieser Benutzer oder Schlüssel darf das hier nicht. Bei SFTP muss der Ordner dem Benutzer gehören; ein S3-Schlüssel braucht für den Bucket s3:ListBucket, s3:GetObject, s3:PutObject und s3:DeleteObject; ein REST-Server erlaubt jedem Benutzer vielleicht nur einen eigenen Pfad. Ist das Löschen mit Absicht verboten (append-only, Object Lock), gehen Backups trotzdem.",
  },
  STORAGE_SCHEME: {
    what: "{location} ist mit {asked} angegeben, doch an diesem Port spricht der Server {spoken}.",
    next: "{spoken}:// statt {asked}:// schreiben oder den Port nennen, an dem der Server {asked} spricht.",
  },
  STORAGE_TLS: {
    what: "{location} konnte sich nicht ausweisen: {reason}.",
    next: "Rechnername und Uhr dieses Rechners prüfen, und ob das Zertifikat des Servers gültig ist. Stammt es von einer eigenen Stelle, deren Zertifikat mit --cacert nennen.",
  },
  STORAGE_HOST_UNKNOWN: {
    what: "{location}: Der Schlüssel des Rechners {host} ist nicht bekannt: {reason}.",
    next: "Einmal von Hand mit ssh {host} verbinden, mit demselben Benutzer und Port: ssh zeigt dann den Fingerabdruck des Schlüssels. Ihn mit dem vergleichen, was der Betreiber nennt (auf dem Server: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), und mit yes bestätigen. Es zählt die known_hosts des Benutzers, als der Obhut läuft.",
  },
  STORAGE_HOST_CHANGED: {
    what: "{location}: Der Rechner {host} zeigt einen anderen Schlüssel als den in known_hosts: {reason}.",
    next: "Vielleicht hört jemand mit, vielleicht wurde der Server neu aufgesetzt: beim Betreiber nachfragen. Stimmt der neue Schlüssel, ssh-keygen -R mit dem Rechnernamen ausführen und sich einmal von Hand mit ssh verbinden.",
  },
  SSH_LOGIN_REFUSED: {
    what: "{location} lässt diesen Benutzer nicht herein: {reason}.",
    next: "Obhut kann kein Passwort eintippen: ssh -o BatchMode=yes mit demselben Benutzer und Rechner ausführen, bis das gelingt. Der öffentliche Schlüssel gehört dort in authorized_keys, ein Schlüssel mit Passphrase in den ssh-agent.",
  },
  SSH_NO_SFTP: {
    what: "{location} lässt diesen Benutzer herein, bietet aber kein SFTP: {reason}.",
    next: "SFTP in den Einstellungen des Servers einschalten: bei OpenSSH in sshd_config mit der Zeile Subsystem sftp internal-sftp. Ein Anmeldeskript dieses Benutzers darf nichts ausgeben.",
  },
  SSH_MISSING: {
    what: "{location} braucht das Programm ssh, das sich nicht starten ließ: {reason}.",
    next: "Den Client von OpenSSH installieren, zum Beispiel mit apt install openssh-client, und prüfen, ob er im PATH liegt.",
  },
  S3_NO_CREDENTIALS: {
    what: "{location}: Es fehlen Zugangsdaten für die Anmeldung: {reason}.",
    next: "AWS_ACCESS_KEY_ID und AWS_SECRET_ACCESS_KEY setzen oder in AWS_PROFILE ein Profil aus ~/.aws nennen.",
  },
  S3_LOGIN_REFUSED: {
    what: "{location} nimmt den Schlüssel nicht an: {reason}.",
    next: "AWS_ACCESS_KEY_ID und AWS_SECRET_ACCESS_KEY, oder das Profil in AWS_PROFILE, mit dem vergleichen, was der Anbieter zeigt (Backblaze: B2_ACCOUNT_ID und B2_ACCOUNT_KEY); auch ein Leerzeichen am Ende zählt. Ein Schlüssel auf Zeit braucht zusätzlich AWS_SESSION_TOKEN und muss erneuert werden, wenn er abgelaufen ist.",
  },
  REST_LOGIN_REFUSED: {
    what: "{location} lässt diesen Benutzer nicht herein: {reason}.",
    next: "Benutzer und Passwort prüfen: im Ort selbst (rest:https://user:password@host/, Sonderzeichen als %XX) oder in RESTIC_REST_USERNAME und RESTIC_REST_PASSWORD.",
  },
  S3_WRONG_REGION: {
    what: "{location} liegt in einer anderen Region als der, für die unterschrieben wurde: {reason}.",
    next: "Die Region des Buckets mit -o s3.region=NAME oder AWS_REGION nennen oder den Endpunkt dieser Region schreiben.",
  },
  STORAGE_CLOCK: {
    what: "{location} hat die Anfrage abgelehnt, weil die Uhren voneinander abweichen: Hier ist es {here}, dort {there} (UTC).",
    next: "Die Uhr dieses Rechners stellen, am besten über NTP (timedatectl set-ntp true).",
  },
  B2_NO_CREDENTIALS: {
    what: "{location}: Es fehlt ein Schlüssel für die Anmeldung.",
    next: "Bei Backblaze einen Application Key für den Bucket anlegen und B2_ACCOUNT_ID (dessen keyID) und B2_ACCOUNT_KEY setzen.",
  },
  STORAGE_ANSWERED: {
    what: "{location}: {action} ist fehlgeschlagen, der Server antwortete {status}.",
    next: "Im Protokoll des Servers nachsehen. War er nur überlastet, den Befehl später wiederholen.",
  },
  RCLONE_MISSING: {
    what: "{location} braucht das Programm rclone, das sich nicht starten ließ: {reason}.",
    next: "rclone installieren und prüfen, ob es im PATH liegt, oder es mit -o rclone.program=/pfad/zu/rclone nennen.",
  },
  RCLONE_NOT_READY: {
    what: "{location}: rclone bedient diesen Ort nicht: {reason}.",
    next: "Mit rclone listremotes prüfen, ob der Name stimmt, und mit rclone lsd, ob der Ort erreichbar ist. RCLONE_CONFIG nennt eine andere Konfiguration.",
  },
  RCLONE_ENDED: {
    what: "{location}: rclone ist mitten in der Arbeit zu Ende gegangen: {reason}.",
    next: "Den Befehl wiederholen; was schon gespeichert ist, wird weiterverwendet. Kommt es wieder vor: Reicht der Arbeitsspeicher dieses Rechners, und ist rclone neu genug?",
  },
  REPOSITORY_MISSING: {
    what: "Unter {location} liegt kein Repository.",
    next: "Die Schreibweise prüfen oder mit obhut init eines anlegen.",
  },
  REPOSITORY_EXISTS: {
    what: "Unter {location} liegt bereits ein Repository.",
    next: "Dieses benutzen oder einen anderen Ort wählen.",
  },
  FILE_EXISTS: {
    what: "{file} gibt es schon; die Datei wird nicht ersetzt.",
    next: "Einen anderen Namen wählen oder die Datei weglegen.",
  },
  FILE_NOT_WRITTEN: {
    what: "{file} ließ sich nicht schreiben: {reason}.",
    next: "Prüfen, ob es den Ordner gibt und dieser Benutzer darin schreiben darf. Ein Wiederherstellungspasswort, das dafür angelegt wurde, ist verloren: obhut key list zeigt seinen Schlüssel als recovery; ihn entfernen, dann obhut key sheet --recovery-key ausführen.",
  },
  KEY_NOT_FOUND: {
    what: "Einen Schlüssel {key} gibt es nicht.",
    next: "obhut key list zeigt, welche es gibt.",
  },
  KEY_AMBIGUOUS: {
    what: "{key} passt auf mehrere Schlüssel: {matches}.",
    next: "Mehr Stellen angeben.",
  },
  KEY_IN_USE: {
    what: "Mit dem Schlüssel {key} wurde das Repository gerade geöffnet: Er bleibt, damit immer einer übrig ist, der passt.",
    next: "Das Repository mit einem anderen Passwort öffnen, um diesen Schlüssel zu entfernen, oder sein Passwort mit obhut key passwd ändern.",
  },
  KEY_NOT_PROVEN: {
    what: "Der neue Schlüssel {key} in {location} öffnet das Repository nicht. Die alten bleiben, wie sie sind.",
    next: "Der Speicher gab etwas anderes zurück, als geschrieben wurde: obhut check ausführen, dann noch einmal versuchen.",
  },
  REPOSITORY_VERSION: {
    what: "Das Repository unter {location} hat Formatversion {version}; Obhut kennt 1 und 2.",
    next: "Ein neueres Obhut nehmen oder das Programm, mit dem das Repository angelegt wurde.",
  },
  REPOSITORY_LOCKED: {
    what: "{location} ist seit {since} von {holder} gesperrt.",
    next: "Warten, bis der andere Lauf fertig ist. Läuft das Programm nicht mehr: obhut unlock, sobald die Sperre 30 Minuten alt ist; früher, oder wenn die Sperre nicht lesbar ist, obhut unlock --remove-all, sobald feststeht, dass dort niemand arbeitet.",
  },
  REPOSITORY_LOCK_LOST: {
    what: "Die Sperre auf {location} ließ sich nicht rechtzeitig verlängern: {reason}. Der Lauf wurde beendet, damit er niemandem in die Quere kommt.",
    next: "Prüfen, ob der Speicher erreichbar ist, und den Befehl wiederholen; was schon gespeichert ist, wird weiterverwendet.",
  },
  INDEX_KEEPS_CHANGING: {
    what: "In {location} verschwanden immer wieder Indexdateien, während sie gelesen wurden, zuletzt {index}.",
    next: "Jemand schreibt den Index gerade neu, etwa restic prune. Wenn das fertig ist, noch einmal ausführen.",
  },
  PASSWORD_WRONG: {
    what: "Das Passwort öffnet keinen Schlüssel von {location}.",
    next: "Prüfen, ob --password-file oder RESTIC_PASSWORD das richtige enthält; ein Zeilenende am Schluss stört nicht.",
  },
  PASSWORD_MISSING: {
    what: "Für {location} wurde kein Passwort angegeben.",
    next: "Es auf einem dieser Wege angeben: {options}. An einem Terminal wird danach gefragt.",
  },
  OBJECT_DAMAGED: {
    what: "{object} ist beschädigt: {reason}.",
    next: "obhut check --read-data zeigt, was davon betroffen ist. Wenn es eine zweite Kopie gibt, diese nehmen. Die Datei config oder der letzte Schlüssel müssen aus einer anderen Kopie des Repositorys zurückkommen: Ohne sie lässt sich nichts öffnen.",
  },
  BLOB_MISSING: {
    what: "Kein Index kennt das Stück {blob}.",
    next: "obhut check zeigt, welche Snapshots es brauchen.",
  },
  SNAPSHOT_NOT_FOUND: {
    what: "Kein Snapshot passt auf {query}.",
    next: "obhut snapshots zeigt, welche es gibt.",
  },
  SNAPSHOT_UNSURE: {
    what: "Mit {query} könnte Snapshot {snapshot} gemeint sein, und der ist nicht lesbar: {reason}. Es wurde nichts geändert.",
    next: "Die Snapshots mit ihrer Kennung nennen; obhut snapshots zeigt sie.",
  },
  SNAPSHOT_AMBIGUOUS: {
    what: "{query} passt auf mehrere Snapshots: {matches}.",
    next: "Mehr Stellen der Kennung angeben.",
  },
  SEVERAL_INSTANCES: {
    what: "{query} könnte einen Snapshot jeder dieser Instanzen meinen: {instances}.",
    next: "Mit --instance eine auswählen oder den Snapshot mit seiner Kennung nennen.",
  },
  INSTANCE_NOT_FOUND: {
    what: "Kein Snapshot der Instanz {instance} passt auf {query}.",
    next: "obhut snapshots zeigt, welche es gibt, und von welcher Instanz.",
  },
  OBJECT_NOT_FOUND: {
    what: "Das Repository hat nichts dieser Art mit der Kennung {query}.",
    next: "Eine Kennung oder ihre ersten Stellen angeben; bei einem Blob alle 64.",
  },
  OBJECT_AMBIGUOUS: {
    what: "Mehrere Kennungen beginnen mit {query}: {matches}.",
    next: "Mehr Stellen angeben.",
  },
  PACK_NOT_FOUND: {
    what: "Es gibt kein Pack {pack}.",
    next: "Die Kennung angeben, mindestens ihre ersten acht Stellen, so wie obhut check --read-data sie nennt.",
  },
  PACK_AMBIGUOUS: { what: "{pack} passt auf mehrere Packs.", next: "Mehr Stellen der Kennung angeben." },
  PACK_COPY_FAILED: {
    what: "Die Kopie von Pack {pack} ließ sich nicht in {path} ablegen: {reason}. Geändert wurde nichts.",
    next: "In einem Ordner aufrufen, der Platz hat und in den geschrieben werden darf.",
  },
  INDEX_REPAIR_FIRST: {
    what: "Der Index von {location} ist beschädigt oder unvollständig. Wer danach etwas anderes repariert, verliert, was noch da ist.",
    next: "Zuerst obhut repair index ausführen.",
  },
  REPAIR_UNREADABLE: {
    what: "{object} von {location} lässt sich nicht lesen: {reason}. Ob etwas beschädigt ist, weiß deshalb niemand; es wurde nichts weggenommen.",
    next: "Prüfen, ob dieser Benutzer die Datei lesen darf und ob Platte oder Netz in Ordnung sind, dann den Befehl wiederholen. Ersetzt wird nur, was gelesen wurde und falsch ist.",
  },
  PACKS_ALL_GONE: {
    what: "{location} hat keines der {count} Packs, die der Index nennt. Es wurde nichts geändert.",
    next: "Prüfen, ob die Platte mit dem Ordner data eingehängt ist. Sind die Packs wirklich fort, ist von diesem Repository nichts zu retten: von anderswo zurückkopieren oder mit obhut init neu beginnen.",
  },
  PATH_NOT_IN_SNAPSHOT: {
    what: "Im Snapshot gibt es {path} nicht.",
    next: "obhut ls zeigt, was darin liegt.",
  },
  PATH_NO_FILE: {
    what: "{path} ist im Snapshot keine Datei, sondern vom Typ {type}.",
    next: "obhut ls zeigt, was darunter liegt; ganze Ordner holt obhut restore --include zurück.",
  },
  STORAGE_APPEND_ONLY: {
    what: "Aus {location} lässt sich nichts entfernen: {reason}. Es wurde nichts geändert.",
    next: "Ist das so gewollt (nur anfügen, unveränderlicher Bucket), dann von einer Stelle aus und mit einem Zugang entfernen, die das dürfen.",
  },
  PRUNE_SNAPSHOT_UNREADABLE: {
    what: "Snapshot {snapshot} ist nicht lesbar: {reason}. Was er braucht, ist unbekannt; deshalb wurde nichts aufgeräumt.",
    next: "Die Datei aus einer anderen Kopie des Repositorys zurückkopieren. Ist sie verloren: obhut forget {snapshot}, danach noch einmal aufräumen.",
  },
  PRUNE_TREE_UNREADABLE: {
    what: "Der Ordner {path} in Snapshot {snapshot} ist nicht lesbar: {reason}. Was er braucht, ist unbekannt; deshalb wurde nichts aufgeräumt.",
    next: "obhut check --read-data ausführen; obhut repair zeigt, was sich richten lässt. Oder den Snapshot mit obhut forget entfernen.",
  },
  PRUNE_BLOB_MISSING: {
    what: "Kein Index kennt das Stück {blob}, das {path} in Snapshot {snapshot} braucht. Es wurde nichts aufgeräumt.",
    next: "obhut check ausführen. Stehen Packs in keinem Index, nimmt obhut repair index sie wieder auf; sonst den Snapshot mit obhut forget entfernen.",
  },
  PRUNE_BLOB_DAMAGED: {
    what: "Das Stück {blob}, das Snapshots brauchen, ist in Pack {pack} beschädigt: {reason}. Kein anderes Pack enthält es. Kein Pack, das ein Index nennt, wurde entfernt.",
    next: "obhut check --read-data zeigt, welche Dateien es trifft; obhut repair packs rettet, was vom Pack noch da ist.",
  },
  PRUNE_PACKS_UNSOUND: {
    what: "Packs, die Snapshots brauchen, fehlen ({missing}) oder haben die falsche Größe ({wrong}), zum Beispiel {pack}; {blobs} {blobs:Stück lag|Stücke lagen} darin. Es wurde nichts aufgeräumt.",
    next: "Aus einer anderen Kopie des Repositorys zurückkopieren oder obhut check und obhut repair index ausführen.",
  },
  PRUNE_NO_ROOM: {
    what: "{location} ist zu voll, um Packs neu zu schreiben: {reason}. Das Geschriebene ist wieder entfernt; nichts, was Snapshots brauchen, wurde angerührt.",
    next: "obhut prune --max-repack-size 0 ausführen: das schreibt kein Pack und entfernt die, von denen nichts gebraucht wird. Ist dann mehr Platz, noch einmal aufräumen.",
  },
  PRUNE_SNAPSHOT_NEW: {
    what: "Während des Aufräumens kam Snapshot {snapshot} nach {location}, von einem Programm, das keine Sperren setzt. Er könnte brauchen, was entfernt werden sollte; deshalb wurde abgebrochen.",
    next: "obhut check ausführen: Fehlen ihm Stücke, findet obhut repair index sie wieder. Aufräumen, wenn kein anderes Programm schreibt.",
  },
  FORGET_NO_POLICY: {
    what: "Keine Regel sagt, was bleiben soll; deshalb wurde nichts entfernt.",
    next: "Regeln wie --keep-daily 7 --keep-weekly 4 angeben oder die Snapshots nennen, die weg sollen. Um alles zu entfernen, was ein Filter auswählt, zusätzlich --unsafe-allow-remove-all angeben.",
  },
  FORGET_EMPTIES_GROUP: {
    what: "Die Regeln würden keinen der {count} Snapshots von {group} behalten. Es wurde nichts entfernt.",
    next: "Eine Regel wie --keep-last 1 ergänzen oder mit --instance, --tag oder --path andere Snapshots auswählen.",
  },
  FORGET_LAST_GOOD: {
    what: "{snapshot} ist der letzte vollständige Snapshot von {instance}. Es wurde nichts entfernt.",
    next: "Zuerst eine neue Sicherung machen. Soll er trotzdem weg, --unsafe-allow-remove-all angeben.",
  },
  SNAPSHOT_NOT_REMOVED: {
    what: "{location} hat den Snapshot {snapshot} nicht entfernt: {reason}.",
    next: "Er ist unversehrt noch da. Nachsehen, ob dieser Benutzer dort Dateien entfernen darf, dann den Befehl wiederholen.",
  },
  COPY_PLACE_MISSING: {
    what: "Unter {location} gibt es keinen Platz für einfache Kopien.",
    next: "Ist die Platte oder die Freigabe eingehängt? Beim ersten Mal legt `obhut init --to {location}` den Platz an; an einen Ort, der nicht angelegt wurde, wird nichts geschrieben.",
  },
  COPY_PLACE_EXISTS: {
    what: "{location} ist schon ein Platz für einfache Kopien.",
    next: "Den Platz so verwenden, wie er ist, oder einen anderen Ordner wählen.",
  },
  COPY_PLACE_NOT_EMPTY: {
    what: "{location} ist nicht leer (dort liegt {example}); ein Spiegel braucht einen eigenen Ordner.",
    next: "Einen leeren Ordner wählen oder einen unterhalb von diesem.",
  },
  COPY_PLACE_OTHER: {
    what: "{location} enthält Kopien der Art `{kind}`, nicht `{wanted}`.",
    next: "`{kind}:` vor den Ort schreiben oder einen anderen Ordner wählen.",
  },
  COPY_PLACE_BUSY: {
    what: "Ein anderer Lauf schreibt gerade nach {location}: {holder}, seit {since}.",
    next: "Warten, bis er fertig ist. Wer weiß, dass er tot ist, entfernt dort obhut-run.json.",
  },
  COPY_DAMAGED: {
    what: "{file} in {location} ist beschädigt.",
    next: "Eine andere Kopie verwenden; die nächste Sicherung legt eine neue an. `obhut check` sagt, was sonst betroffen ist.",
  },
  COPY_BRAKE: {
    what: "Die Instanz hat seit dem letzten Spiegeln die meisten ihrer Einträge verloren ({what}): damals {before}, jetzt {now}. Der Spiegel {location} blieb, wie er war.",
    next: "Zuerst die Instanz ansehen. Ist das so gewollt, die Sicherung einmal mit --accept-losses ausführen.",
  },
  RESTORE_STOPPED: {
    what: "{count} {count:Datei lässt|Dateien lassen} sich nicht wiederherstellen, etwa {example}: {reason}. In {target} wurde nichts geändert.",
    next: "Diese Dateien mit --exclude auslassen, einen anderen Snapshot nehmen oder in einen leeren Ordner wiederherstellen.",
  },
  TARGET_NOT_EMPTY: {
    what: "{target} ist nicht leer.",
    next: "Einen leeren Ordner wählen oder mit --overwrite in diesen hinein wiederherstellen.",
  },
  TARGET_NO_FOLDER: {
    what: "{target} ist kein Ordner oder liegt unter etwas, das keiner ist.",
    next: "Einen Ordner wählen, der leer ist oder noch nicht existiert.",
  },
  TARGET_IN_USE: {
    what: "{target} wird benutzt: Prozess {pid} ({program}) hat die Datenbank geöffnet.",
    next: "Open WebUI anhalten und noch einmal wiederherstellen, oder einen anderen Ordner wählen.",
  },
  TARGET_FULL: {
    what: "{target} ist während der Wiederherstellung vollgelaufen: {reason}.",
    next: "Dort Platz schaffen oder einen anderen Datenträger wählen, dann noch einmal wiederherstellen.",
  },
  TARGET_FAILED: {
    what: "Die Wiederherstellung nach {target} ist fehlgeschlagen: {reason}.",
    next: "Prüfen, ob dieser Benutzer dort schreiben darf und der Datenträger in Ordnung ist, dann noch einmal wiederherstellen.",
  },
  TARGET_NO_SPACE: {
    what: "In {target} sind {free} frei; gebraucht werden {needed}.",
    next: "Dort Platz schaffen oder einen anderen Datenträger wählen.",
  },
  SOURCE_MISSING: {
    what: "{path} gibt es nicht, oder es ist kein Ordner.",
    next: "Das Datenverzeichnis von Open WebUI angeben, also den Ordner mit webui.db.",
  },
  SOURCE_IN_USE: {
    what: "{path} ist in Benutzung durch {holder}; --cold ist für eine Anwendung gedacht, die steht.",
    next: "Open WebUI anhalten und die Sicherung wiederholen, oder --cold weglassen: Eine laufende Anwendung wird im Betrieb gesichert.",
  },
  SOURCE_CHANGED: {
    what: "{path} hat sich geändert, während das stillstehende Datenverzeichnis gelesen wurde: Etwas schreibt dort noch. Es entstand kein Snapshot.",
    next: "Open WebUI und alles andere anhalten, das dort schreibt, und die Sicherung wiederholen.",
  },
  DATABASE_MISSING: {
    what: "Unter {path} gibt es keine Datenbank.",
    next: "Den Ordner angeben, in dem sie liegt. Vor dem ersten Start der Anwendung gibt es noch keine.",
  },
  DATABASE_UNREADABLE: {
    what: "Die Datenbank {path} ist nicht lesbar: {reason}.",
    next: "Als Benutzer mit Leserecht ausführen, etwa als der, unter dem die Anwendung läuft, oder als root.",
  },
  DATABASE_CORRUPT: {
    what: "{path} ist keine heile SQLite-Datenbank: {reason}.",
    next: "Prüfen, ob die Anwendung damit noch startet. Wenn nicht, den neuesten heilen Snapshot wiederherstellen.",
  },
  DATABASE_ENCRYPTED: {
    what: "{path} ist verschlüsselt (SQLCipher) und lässt sich bei laufender Anwendung nicht sichern.",
    next: "Die Anwendung anhalten und mit --cold sichern: Die Datei wird aufbewahrt, wie sie ist, und ihr Schlüssel dazu, wenn Obhut DATABASE_PASSWORD sehen kann.",
  },
  DATABASE_EXCLUSIVE: {
    what: "{path} ist für einen einzigen Prozess gesperrt (gehalten von {holder}); niemand sonst kann mitlesen.",
    next: "Setzt die Anwendung locking_mode=EXCLUSIVE, das abstellen; sonst die Anwendung anhalten und mit --cold sichern.",
  },
  DATABASE_BUSY: {
    what: "{path} war innerhalb von {seconds} s nicht zu erfassen: {reason}.",
    next: "Die Sicherung in einer ruhigeren Zeit wiederholen oder dann, wenn die Anwendung steht.",
  },
  DATABASE_CHANGED: {
    what: "{file} änderte sich, während {path} gelesen wurde; das Gelesene ist verworfen.",
    next: "Die Sicherung wiederholen. Läuft die Anwendung auf einem anderen Rechner, Obhut dort ausführen.",
  },
  DATABASE_HOLD_LOST: {
    what: "Die Lesesperre auf {path} ging verloren, bevor alles gelesen war: {reason}.",
    next: "Die Sicherung wiederholen; von diesem Lesen wurde nichts behalten.",
  },
  DATABASE_HOLD_EXCEEDED: {
    what: "{path} ließ sich nicht innerhalb von {seconds} s kopieren; länger sollen Schreiber nicht warten.",
    next: "Den Zwischenordner auf einen schnelleren Datenträger oder dasselbe Dateisystem legen, den WAL-Modus einschalten oder sichern, während die Anwendung steht.",
  },
  DATABASE_JOURNAL_SHARED: {
    what: "Ein Absturz hat {path} mitten in einer Änderung hinterlassen, die mehrere Datenbanken umfasst.",
    next: "Die Anwendung einmal starten, damit sie alle gemeinsam repariert; dann die Sicherung wiederholen.",
  },
  FILESYSTEM_LOCKS_UNTRUSTED: {
    what: "{path} liegt auf {filesystem}; auf Dateisperren ist dort kein Verlass, eine Sicherung im Betrieb könnte falsch sein.",
    next: "Obhut auf dem Rechner der Anwendung und über denselben Mount ausführen, oder die Anwendung anhalten und mit --cold sichern.",
  },
  SCRATCH_FAILED: {
    what: "In {path} ließ sich kein Zwischenordner anlegen: {reason}.",
    next: "Mit TMPDIR einen Ordner wählen, in den dieser Benutzer schreiben darf.",
  },
  SCRATCH_NO_SPACE: {
    what: "Im Zwischenordner {path} sind {free} frei; für die Kopie einer Datenbank braucht es {needed}.",
    next: "Dort Platz schaffen oder einen anderen Zwischenordner wählen.",
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
