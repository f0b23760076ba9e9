/** Was --help zu jedem Befehl und jeder Option sagt. */
import type * as en from "../en/help.ts";

type Commands = Record<keyof typeof en.commands, { readonly summary: string; readonly about: string }>;

export const commands: Commands = {
  start: {
    summary: "Open WebUI finden, sichern, wiederherstellen, prüfen",
    about:
      "Sucht ein Open WebUI (den genannten Ordner, $DATA_DIR, ./data oder einen Docker-Container) oder legt ein Beispiel an, sichert es in ein neues Repository in ./obhut, stellt es in einem Probeordner wieder her und prüft jede Datei. Ein weiterer Lauf macht mit demselben Repository weiter.",
  },
  init: {
    summary: "ein neues Repository anlegen",
    about:
      "Legt ein leeres, verschlüsseltes Repository im Format von restic an, Version 2, oder mit mirror:, dated: oder linked: davor einen Platz für einfache Kopien. Ist kein Passwort angegeben, wird es am Terminal zweimal erfragt.",
  },
  backup: {
    summary: "ein Open WebUI erfassen und sichern",
    about:
      "Erfasst das Datenverzeichnis eines Open WebUI, auch im laufenden Betrieb, genau im Zustand eines Augenblicks und sichert es an jedes genannte Ziel: in Repositorys und als einfache Kopie (mirror:ORT, dated:ORT, linked:ORT). Im Datenverzeichnis ändert sich nichts.",
  },
  snapshots: {
    summary: "auflisten, was gesichert ist",
    about: "Listet die Snapshots eines Repositorys auf, den ältesten zuerst.",
  },
  ls: {
    summary: "die Dateien eines Snapshots auflisten",
    about: "Listet die Dateien eines Snapshots auf, auf Wunsch nur die unterhalb eines Pfades.",
  },
  dump: {
    summary: "eine Datei eines Snapshots auf die Standardausgabe schreiben",
    about:
      "Schreibt den Inhalt einer Datei eines Snapshots Byte für Byte auf die Standardausgabe. Meldungen gehen auf die Fehlerausgabe.",
  },
  cat: {
    summary: "ein Objekt eines Repositorys ausgeben, wie es ist",
    about:
      "Gibt config, key, snapshot, index oder lock als JSON aus, oder die Bytes von pack, blob oder tree (dem Verzeichnis eines Ordners). Meldungen gehen auf die Fehlerausgabe. Der Hauptschlüssel wird nie ausgegeben.",
  },
  find: {
    summary: "Dateien in Snapshots nach ihrem Namen finden",
    about:
      "Findet Dateien und Ordner in allen oder einigen Snapshots, den neuesten zuerst. Open WebUI legt Hochgeladenes als KENNUNG_NAME ab: obhut find '*rechnung*.pdf' findet es. Mit --blob, --tree oder --pack zeigt der Befehl, was in den Snapshots diese Objekte des Repositorys braucht.",
  },
  diff: {
    summary: "zeigen, was sich von einem Snapshot zum anderen geändert hat",
    about:
      "Vergleicht zwei Snapshots eines Repositorys: Chats, Benutzer, Dateien, Wissensbasen, Einstellungen und was sich sonst in Open WebUI geändert hat, danach jede Datei, die hinzukam, verschwand oder sich änderte. Werte von Einstellungen, die geheim sein können, werden nie gezeigt. Mit PFAD: nur die Dateien unterhalb dieses Ordners.",
  },
  stats: {
    summary: "zeigen, wie viel gesichert ist und wie es gewachsen ist",
    about:
      "Zeigt, was eine Wiederherstellung schreiben würde, was das Repository dafür belegt und, Snapshot für Snapshot, was jeder hinzugefügt hat und was ohne ihn frei würde. Mit --mode wird auf eine der Arten von restic gezählt. Ohne SNAPSHOT: alle Snapshots.",
  },
  restore: {
    summary: "einen Snapshot als Datenverzeichnis wiederherstellen",
    about:
      "Schreibt einen Snapshot so in einen Ordner, wie Open WebUI ihn erwartet, prüft das Geschriebene und sagt, wie es damit startet. Ein Snapshot anderer Programme wird so wiederhergestellt, wie er ist.",
  },
  copy: {
    summary: "Snapshots in ein anderes Repository kopieren",
    about:
      "Kopiert Snapshots aus dem Repository --from-repository in das Repository --to: die genannten oder alle, soweit sie dort noch fehlen. Die Instanz wird nicht noch einmal gelesen; übertragen werden nur Stücke, die dort fehlen, und jedes wird dabei nachgewiesen.",
  },
  rewrite: {
    summary: "Snapshots ohne einen Teil ihrer Dateien neu schreiben",
    about:
      "Schreibt Snapshots neu, die genannten oder alle, auf die die Filter passen: ohne das, worauf --exclude passt, mit anderem Host oder anderer Zeit. Die alten bleiben, und die neuen bekommen das Schlagwort rewrite; mit --forget werden die alten entfernt. Snapshots, bei denen sich nichts ändern würde, bleiben unberührt.",
  },
  check: {
    summary: "prüfen, ob ein Repository vollständig ist",
    about:
      "Prüft, ob jeder Snapshot alles hat, was er braucht. Mit --read-data wird außerdem jedes gespeicherte Byte gelesen und nachgewiesen.",
  },
  "repair index": {
    summary: "den Index eines Repositorys aus dem Vorhandenen neu aufbauen",
    about:
      "Schreibt den Index neu: Packs, die in keinem Index stehen, werden an ihren Kopfdaten wiedererkannt, fehlende nicht mehr geführt, beschädigte Indexdateien ersetzt. Mit --read-all-packs werden alle Kopfdaten gelesen, auch die von Packs, deren Einträge stimmig aussehen. Entfernt werden nur Indexdateien.",
  },
  "repair packs": {
    summary: "retten, was in beschädigten Packs noch heil ist",
    about:
      "Nimmt beschädigte Packs aus einem Repository: Jedes heile Stück darin kommt in ein neues Pack, und eine Kopie des beschädigten bleibt im aktuellen Ordner. Was verloren ist, wird genannt. Danach bringt obhut repair snapshots die Snapshots in Ordnung, die es gebraucht hätten.",
  },
  "repair snapshots": {
    summary: "Verlorenes aus Snapshots herausnehmen",
    about:
      "Schreibt Snapshots neu, die genannten oder alle, auf die die Filter passen, ohne die verlorenen Stücke: Eine Datei, der welche fehlen, wird gekürzt und heißt dann auch so. Heile Snapshots bleiben, wie sie sind. Auch die alten bleiben; mit --forget werden sie entfernt. Vorher Index und Packs in Ordnung bringen und einmal sichern: Eine neue Sicherung legt ab, was die Quelle noch hat.",
  },
  forget: {
    summary: "Snapshots entfernen, die nicht mehr gebraucht werden",
    about:
      "Entfernt Snapshots: die genannten, sonst alle, die keine Regel --keep-... behält, nach den Regeln von restic, jede Instanz für sich. Zeigt, was geht, was bleibt und warum. Der neueste vollständige Snapshot einer Instanz bleibt immer. Den Platz gibt obhut prune frei, mit --prune sofort.",
  },
  tag: {
    summary: "Schlagwörter von Snapshots ändern",
    about:
      "Ändert die Schlagwörter der genannten Snapshots, sonst aller, die --instance, --tag und --path auswählen. Ein Snapshot bekommt eine neue Kennung; sonst ändert sich an ihm nichts.",
  },
  prune: {
    summary: "Platz freigeben, den kein Snapshot mehr braucht",
    about:
      "Entfernt, worauf sich kein Snapshot mehr bezieht. Packs, in denen Gebrauchtes und Ungebrauchtes liegt, werden neu geschrieben und dabei Stück für Stück nachgeprüft, bis wenig genug ungebraucht ist. Vorher wird der Plan gezeigt; mit --dry-run bleibt es dabei. Der Befehl sperrt das Repository für sich allein: währenddessen darf keine Sicherung laufen.",
  },
  inspect: {
    summary: "zeigen, was ein Datenverzeichnis enthält",
    about:
      "Zeigt, was ein Datenverzeichnis von Open WebUI enthält: jeden Teil mit Größe und Bedeutung sowie die Zahl der Benutzer, Chats, Dateien und Sammlungen. Ändert nichts.",
  },
  "destination test": {
    summary: "erproben, ob an einem Ort ein Repository oder einfache Kopien liegen können und wie schnell er ist",
    about:
      "Erreicht den Ort, schreibt, liest, listet und entfernt eigene Dateien, misst dabei die Geschwindigkeit und sagt, was nicht stimmt, wenn es scheitert. Ein Repository, das dort liegt, bleibt unberührt; sein Passwort wird nicht gebraucht. Wo keines liegt, werden dessen leere Ordner angelegt. Bei mirror:, dated: und linked: sagt es, was der Ort kann: Hardlinks, Namen, freier Platz.",
  },
  unlock: {
    summary: "verwaiste Sperren entfernen",
    about: "Entfernt Sperren, die Programme hinterlassen haben. Sperren noch laufender Programme bleiben bestehen.",
  },
  "key list": {
    summary: "zeigen, wer ein Repository öffnen kann",
    about: "Zeigt die Schlüssel eines Repositorys: Jeder lässt es mit einem Passwort öffnen.",
  },
  "key add": {
    summary: "ein weiteres Passwort für ein Repository einrichten",
    about:
      "Legt einen Schlüssel für ein neues Passwort an und öffnet das Repository damit, bevor der Erfolg gemeldet wird. Die anderen Passwörter bleiben. Das neue Passwort kommt aus einer Datei, von einem Programm oder vom Terminal, das zweimal danach fragt.",
  },
  "key passwd": {
    summary: "das Passwort eines Repositorys ändern",
    about:
      "Setzt ein neues Passwort an die Stelle dessen, mit dem dieser Aufruf das Repository öffnet. Der alte Schlüssel geht erst, wenn der neue sich geöffnet hat. Andere Schlüssel bleiben, wie sie sind.",
  },
  "key remove": {
    summary: "einem Passwort den Zugang zu einem Repository nehmen",
    about:
      "Entfernt einen Schlüssel. Der, mit dem dieser Aufruf das Repository öffnet, bleibt, damit immer einer da ist, der passt. Wer eine Kopie des entfernten Schlüssels hat und dessen Passwort kennt, kann die Kopie weiterhin lesen.",
  },
  "key sheet": {
    summary: "ausgeben, was man braucht, um alles zurückzuholen",
    about:
      "Gibt ein Blatt aus mit dem Repository, dem Ort seines Passworts und den Befehlen, die mit Obhut und allein mit restic wiederherstellen. Mit --recovery-key bekommt das Blatt ein eigenes Passwort, das sich gut vom Papier abtippen lässt. --recovery-sheet schreibt es in eine Datei: eine Seite zum Ausdrucken mit dem Passwort als QR-Code, wenn der Name auf .html endet.",
  },
  version: {
    summary: "die Version ausgeben",
    about: "Gibt die Version von Obhut aus und die des Node, auf dem es läuft.",
  },
  completion: {
    summary: "ein Skript zur Befehlsvervollständigung ausgeben",
    about: "Gibt ein Skript zur Befehlsvervollständigung aus. Für bash: source <(obhut completion bash)",
  },
  help: {
    summary: "einen Befehl erklären",
    about: "Erklärt einen Befehl.",
  },
};

export const options: Record<keyof typeof en.options, string> = {
  data: "Datenverzeichnis von Open WebUI, der Ordner mit webui.db; sonst $OBHUT_DATA, $DATA_DIR",
  to: "wohin gesichert wird: Pfad eines Repositorys; mehrfach möglich; sonst $OBHUT_REPOSITORY, $RESTIC_REPOSITORY",
  from: "Repository, aus dem gelesen wird; sonst $OBHUT_REPOSITORY, $RESTIC_REPOSITORY",
  "from-repository":
    "Repository, aus dem kopiert oder dessen Zerteilung übernommen wird; sonst $OBHUT_FROM_REPOSITORY, $RESTIC_FROM_REPOSITORY",
  "copy-chunker-params": "Dateien so zerteilen wie --from-repository, damit restic in beiden dieselben Stücke findet",
  "make-key-file": "eine Datei mit einem starken Passwort anlegen und benutzen; eine Kopie davon anderswo aufbewahren",
  "recovery-key": "ein zweites Passwort für das Papier anlegen, das das Repository ebenfalls öffnet",
  "recovery-sheet":
    "das Wiederherstellungsblatt in diese Datei schreiben: eine Druckseite, wenn sie auf .html endet, sonst Text",
  "new-password-file": "das neue Passwort aus dieser Datei lesen",
  "new-password-command": "dieses Programm ausführen (ohne Shell); seine Ausgabe ist das neue Passwort",
  user: "Benutzername, der beim Schlüssel vermerkt wird; sonst der eigene",
  host: "Name des Rechners, der beim Schlüssel vermerkt wird; sonst dieser",
  "from-password-file":
    "das Passwort von --from-repository aus dieser Datei lesen; ohne Angabe ist es dasselbe wie das des anderen",
  "from-password-command": "dieses Programm ausführen; seine Ausgabe ist das Passwort von --from-repository",
  instance:
    "Name der Instanz; eine Sicherung ohne Angabe nimmt $OBHUT_INSTANCE, sonst den Namen des Rechners oder, im Container, open-webui",
  "password-file": "das Passwort aus dieser Datei lesen",
  "password-command": "dieses Programm (ohne Shell) ausführen; seine Ausgabe ist das Passwort",
  option:
    "Einstellung eines Speichers in der Schreibweise von restic, etwa sftp.args='-p 2222'; mehrfach möglich; siehe docs/de/destinations.md",
  "retry-lock": "so lange auf andere warten, die am Repository arbeiten, zum Beispiel 5m; 0: gar nicht",
  "limit-upload": "höchstens so viele KiB in der Sekunde senden, an alle Ziele zusammen; 0: so schnell es geht",
  "limit-download":
    "höchstens so viele KiB in der Sekunde empfangen, von allen Repositorys zusammen; 0: so schnell es geht",
  trace:
    "für jeden Zugriff auf einen Speicher eine Zeile an diese Datei anhängen: was, wie lange, mit welchem Ende; ohne Geheimnisse",
  cacert: "Datei mit den Zertifikaten der Stellen, die für Server bürgen dürfen, statt derer dieses Rechners",
  "tls-client-cert": "Datei mit Zertifikat und Schlüssel, mit denen wir uns bei einem Server ausweisen",
  "cache-dir":
    "Kopien von Indizes, Snapshots und Ordnerlisten hier ablegen, für jedes Repository; siehe docs/de/cli.md",
  "no-cache": "keine solchen Kopien ablegen und keine lesen",
  tag: "Schlagwort für den Snapshot oder für die Suche; mehrfach möglich",
  part: "nur diese Teile: database, vectors, uploads, rest (durch Kommas getrennt)",
  include: "nur Pfade, auf die dieses Muster passt; mehrfach möglich",
  exclude: "Pfade auslassen, auf die dieses Muster passt; mehrfach möglich",
  iexclude: "wie --exclude, ohne Rücksicht auf Groß- und Kleinschreibung",
  "new-host": "neuer Host der Snapshots, also der Name ihrer Instanz",
  "new-time": "neue Zeit der Snapshots: 2026-11-23T10:00, ohne Angabe in Ortszeit",
  forget: "die alten Snapshots entfernen, sobald die neuen gespeichert sind",
  "env-file": "Datei mit der Umgebung, in der Open WebUI läuft (seine .env)",
  "secret-key-file": "Datei mit dem geheimen Schlüssel von Open WebUI (.webui_secret_key)",
  "deployment-file": "Datei, die mit den Daten aufbewahrt wird, etwa compose.yaml oder .env; mehrfach möglich",
  "spool-dir":
    "Ordner, in dem Packs auf ein langsames Ziel warten, damit das Lesen nicht wartet; sonst der für Arbeitskopien",
  "spool-limit": "höchstens so viel dürfen sie dort belegen, etwa 500M; 0: keine warten; ohne Angabe 4G",
  cold: "die Anwendung steht: alles lesen, wie es liegt, auch eine verschlüsselte Datenbank oder einen Netzwerkordner; läuft sie doch, wird abgelehnt",
  "force-live": "auch dort erfassen, wo auf Dateisperren kein Verlass ist, etwa auf NFS",
  "audit-log": "audit.log und seine Archive mit erfassen",
  layout:
    "wie ein Spiegel oder eine verlinkte Kopie aufgeteilt ist: data (wie in der App), tutorial oder Ordner wie database=db,uploads=dateien",
  "link-mode": "wie eine verlinkte Kopie unveränderte Dateien übernimmt: hardlink, reflink oder copy",
  archive: "womit eine datierte Kopie den Vektorspeicher packt: zst oder gz",
  "include-secrets": "Schlüssel, Umgebung und Deployment-Dateien auch in einfache Kopien legen, für alle lesbar",
  trash: "ein Spiegel hebt gelöschte und ersetzte Dateien in obhut-trash auf",
  "accept-losses": "einen Spiegel auch dann schreiben, wenn die Instanz die meisten Dateien oder Zeilen verloren hat",
  transfers: "wie viele Dateien ein Spiegel gleichzeitig schreibt (32)",
  checkers: "wie viele Dateien ein Spiegel gleichzeitig umbenennt oder entfernt (16)",
  "on-copy-error":
    "wenn sich eine Datei eines Spiegels nicht schreiben lässt: aufhören (stop) oder die übrigen fertig machen und es melden (finish); ohne Angabe stop",
  "copy-exclude": "Pfade, auf die dieses Muster passt, aus einfachen Kopien weglassen; mehrfach möglich",
  "dry-run": "nur sagen, was geschehen würde, und nichts schreiben",
  target: "Ordner, in den wiederhergestellt wird; er muss leer sein oder fehlen",
  overwrite: "auch in einen Ordner wiederherstellen, der nicht leer ist; gleichnamige Dateien werden ersetzt",
  "no-verify":
    "Geschriebenes nicht zurücklesen und vergleichen, Datenbanken nicht prüfen, bei einem neuen Ordner nicht auf die Platte warten; ob echt ist, was aus dem Repository kommt, wird trotzdem geprüft",
  "data-path": "Pfad, unter dem Open WebUI den Ordner sehen wird; die Pfade in seinen Datensätzen werden angepasst",
  secrets: "gespeicherte Schlüssel und Umgebung in diesen Ordner schreiben, lesbar nur für den Benutzer selbst",
  "ignore-case": "Groß- und Kleinbuchstaben nicht unterscheiden",
  oldest: "nur, was an diesem Tag, zu dieser Zeit oder später zuletzt geändert wurde: 2026-11-23, 2026-11-23T10:00",
  newest: "nur, was an diesem Tag, zu dieser Zeit oder früher zuletzt geändert wurde",
  snapshot: "in diesem Snapshot suchen; mehrfach möglich",
  long: "auch Größen und Zeiten zeigen",
  blob: "MUSTER ist die Kennung eines Blobs oder deren erste Stellen",
  tree: "MUSTER ist die Kennung eines Trees oder deren erste Stellen",
  pack: "MUSTER ist die Kennung eines Packs oder deren erste Stellen",
  metadata: "auch Dateien nennen, bei denen sich nur Metadaten änderten, etwa Zeiten oder Eigentümer",
  mode: "was gezählt wird: restore-size, files-by-contents, blobs-per-file oder raw-data, wie bei restic",
  "read-all-packs": "die Kopfdaten aller Packs lesen, nicht nur die der auffälligen",
  "read-data": "jedes gespeicherte Byte lesen und nachweisen",
  "read-data-subset": "nur einen Teil lesen: n/t (der n-te von t Teilen), einen Anteil wie 5% oder eine Menge wie 500M",
  "keep-last": "die neuesten N Snapshots behalten (unlimited: alle); bei backup: datierte Kopien (3)",
  "keep-hourly": "je Stunde den neuesten behalten, für die letzten N Stunden, in denen es einen gibt",
  "keep-daily": "je Tag den neuesten behalten, für die letzten N Tage, an denen es einen gibt",
  "keep-weekly": "je Woche den neuesten behalten, für die letzten N Wochen, in denen es einen gibt",
  "keep-monthly": "je Monat den neuesten behalten, für die letzten N Monate, in denen es einen gibt",
  "keep-yearly": "je Jahr den neuesten behalten, für die letzten N Jahre, in denen es einen gibt",
  "keep-within": "alle behalten, die höchstens so viel älter sind als der neueste, zum Beispiel 1y5m7d2h",
  "keep-within-hourly": "von denen, die höchstens so viel älter sind als der neueste, je Stunde einen behalten",
  "keep-within-daily": "von denen, die höchstens so viel älter sind als der neueste, je Tag einen behalten",
  "keep-within-weekly": "von denen, die höchstens so viel älter sind als der neueste, je Woche einen behalten",
  "keep-within-monthly": "von denen, die höchstens so viel älter sind als der neueste, je Monat einen behalten",
  "keep-within-yearly": "von denen, die höchstens so viel älter sind als der neueste, je Jahr einen behalten",
  "keep-tag": "Snapshots mit allen diesen Schlagwörtern behalten (durch Kommas getrennt); mehrfach möglich",
  "group-by":
    "die Regeln auf jede Gruppe einzeln anwenden: host, paths, tags (durch Kommas getrennt; '' für eine einzige); sonst host,paths",
  path: "nur Snapshots dieses Pfades; mehrfach möglich",
  "unsafe-allow-remove-all":
    "auch den letzten vollständigen Snapshot gehen lassen; ohne Regeln alles entfernen, was --instance, --tag und --path auswählen",
  prune: "den Platz sofort freigeben, wie obhut prune",
  set: "alle Schlagwörter durch diese ersetzen (durch Kommas getrennt; '' für keine)",
  add: "diese Schlagwörter hinzufügen (durch Kommas getrennt); mehrfach möglich",
  remove: "diese Schlagwörter entfernen (durch Kommas getrennt); mehrfach möglich",
  "max-unused":
    "wie viel Ungebrauchtes bleiben darf: ein Anteil am Gespeicherten wie 5% (Vorgabe), eine Größe wie 500M oder unlimited",
  "max-repack-size": "insgesamt höchstens so viel neu schreiben, etwa 2G; der nächste Lauf macht weiter",
  "repack-cacheable-only":
    "nur Packs mit Verzeichnisbäumen neu schreiben; Packs mit Daten bleiben, solange etwas darin gebraucht wird",
  "repack-small": "alle Packs unter vier Fünfteln der üblichen 16 MiB zusammenlegen",
  "keep-delete":
    "wie lange nicht mehr Gebrauchtes noch bleibt, etwa 23h, falls rustic sich gerade darauf stützt; Vorgabe: gar nicht, wo rustic geschrieben hat, 23h",
  "remove-all": "alle Sperren entfernen, auch die laufender Programme",
  json: "JSON-Zeilen ausgeben (docs/json.md)",
  quiet: "nur Fehler und Befunde ausgeben",
  lang: "Sprache der Meldungen: en oder de",
  help: "den Befehl erklären",
};

export const values: Record<keyof typeof en.values, string> = {
  dir: "ORDNER",
  destination: "ZIEL",
  name: "NAME",
  file: "DATEI",
  command: "BEFEHL",
  tag: "SCHLAGWORT",
  parts: "TEILE",
  pattern: "MUSTER",
  path: "PFAD",
  subset: "ANTEIL",
  limit: "GRENZE",
  size: "GRÖSSE",
  mode: "MODUS",
  duration: "DAUER",
  language: "SPRACHE",
  time: "ZEIT",
  snapshot: "SNAPSHOT",
  object: "OBJEKT",
  id: "KENNUNG",
  count: "N",
  tags: "SCHLAGWÖRTER",
  grouping: "GRUPPEN",
  rate: "KIB",
  setting: "EINSTELLUNG",
  key: "SCHLÜSSEL",
  pack: "PACK",
  layout: "AUFTEILUNG",
  shell: "SHELL",
};

export const headings: Record<keyof typeof en.headings, string> = {
  usage: "Aufruf",
  commands: "Befehle",
  arguments: "Argumente",
  options: "Optionen",
  optionsWord: "OPTIONEN",
  commandWord: "BEFEHL",
  exitCodes: "Exit-Codes",
  tagline: "Obhut: exakte, verschlüsselte, bewiesene Sicherungen eines laufenden Open WebUI",
  more: "obhut BEFEHL --help erklärt einen Befehl.",
  exitCodeList:
    "0 erledigt, 1 fehlgeschlagen, 3 unvollständig, 10 kein Repository, 11 gesperrt, 12 falsches Passwort, 130 abgebrochen",
  destinationHelp:
    "Ort, der erprobt wird, etwa sftp:benutzer@host:/pfad; sonst OBHUT_REPOSITORY oder RESTIC_REPOSITORY",
  snapshotHelp: "Kennung oder ihre ersten Stellen, latest oder @2026-11-23T10:00 (der neueste bis dahin)",
  findPatternHelp: "Name mit * ? [a-z], etwa '*.pdf', oder Pfad wie 'uploads/**/*.md'; oder eine Kennung",
  snapshotPathHelp: "Pfad im Snapshot, wie obhut ls ihn zeigt",
  dirHelp: "Datenverzeichnis von Open WebUI, der Ordner mit webui.db",
  objectHelp: "config, key, snapshot, index, lock, pack, blob oder tree",
  idHelp:
    "welches: Kennung oder ihre ersten Stellen; bei blob die ganze; bei tree SNAPSHOT oder SNAPSHOT:/pfad; bei config nichts",
  packHelp: "Kennung des Packs oder ihr Anfang, wie obhut check sie nennt",
  keyHelp: "Kennung des Schlüssels oder ihr Anfang, wie obhut key list sie zeigt",
  shellHelp: "bash, zsh oder fish",
  commandHelp: "Befehl, der erklärt werden soll",
};
