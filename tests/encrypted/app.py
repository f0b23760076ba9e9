"""Open WebUI's part with an encrypted webui.db: `app.py make FILE MODE END` and `app.py rows FILE`, with SQLCipher's own library."""

import hashlib
import json
import os
import signal
import sys

from sqlcipher3 import dbapi2 as sqlite

KEY = "a passphrase; with 'quotes'"


def connect(path):
    connection = sqlite.connect(path, isolation_level=None)
    connection.execute("PRAGMA key = '%s'" % KEY.replace("'", "''"))
    return connection


def make(path, mode, end):
    """`mode`: delete, wal or exclusive (WAL as well). `end`: close, kill in the middle of a transaction, stay."""
    connection = connect(path)
    if mode == "exclusive":
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("PRAGMA journal_mode=%s" % ("delete" if mode == "delete" else "wal"))
    # So small that a transaction writes to the file before it ends.
    connection.execute("PRAGMA cache_size=5")
    connection.execute('CREATE TABLE "user" (id INTEGER PRIMARY KEY, name TEXT)')
    connection.execute("CREATE TABLE chat (id INTEGER PRIMARY KEY, title TEXT, body BLOB)")
    connection.execute("BEGIN")
    for number in range(800):
        connection.execute("INSERT INTO chat (title, body) VALUES (?, randomblob(700))", ("chat %d" % number,))
    connection.execute("INSERT INTO \"user\" (name) VALUES ('Ada')")
    connection.execute("COMMIT")
    if mode != "delete":
        connection.execute("PRAGMA wal_checkpoint")
        # In the -wal alone, page 1 among it.
        connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT)")
        connection.execute("INSERT INTO note (title) VALUES ('only in the log')")
        connection.execute("UPDATE chat SET title = title || ' (edited)' WHERE id % 3 = 0")
    if end == "close":
        connection.close()
    else:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE chat SET body = randomblob(700)")
        if end == "stay":
            connection.execute("COMMIT")
    print("made", flush=True)
    if end == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if end == "stay":
        sys.stdin.read()


def rows(path):
    """Opens the file as the app does: what a crash left is mended. Every page's code is checked, then every row hashed."""
    connection = connect(path)
    damage = connection.execute("PRAGMA cipher_integrity_check").fetchall()
    sound = connection.execute("PRAGMA integrity_check").fetchall()
    found = {}
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        content = connection.execute('SELECT * FROM "%s" ORDER BY id' % name).fetchall()
        found[name] = [len(content), hashlib.sha256(repr(content).encode()).hexdigest()]
    print(json.dumps({"damage": damage, "sound": sound, "tables": found}))


if __name__ == "__main__":
    make(*sys.argv[2:]) if sys.argv[1] == "make" else rows(sys.argv[2])
