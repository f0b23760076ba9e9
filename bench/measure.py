#!/usr/bin/env python3
"""Runs one command and writes what it took, as JSON.

  measure.py RESULT LOG COMMAND [ARGUMENT ...]

RESULT gets {exit, wallS, cpuS, largestProcessMiB, treeMiB}. LOG gets what the command printed. CPU and the largest process's
peak come from wait4, which counts every descendant that was waited for. treeMiB is the largest sum of PSS (shared pages
counted once) over all processes of the command at one moment, looked at ten times a second and only while there is more than one:
a command of a single process is not slowed by being watched. Standard library only.
"""
import json, os, subprocess, sys, threading, time


def children():
    """pid -> pids it started, for the whole machine."""
    of = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as f:
                parent = int(f.read().rsplit(b")", 1)[1].split()[1])
        except OSError:
            continue
        of.setdefault(parent, []).append(int(name))
    return of


def tree(root):
    of, found, todo = children(), [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += of.get(pid, [])
    return found


def pss_kib(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as f:
            for line in f:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


class Watch(threading.Thread):
    def __init__(self, root):
        super().__init__(daemon=True)
        self.root, self.peak_kib, self.done = root, 0, threading.Event()

    def run(self):
        while not self.done.wait(0.1):
            pids = tree(self.root)
            if len(pids) > 1:
                self.peak_kib = max(self.peak_kib, sum(map(pss_kib, pids)))


def main(result, log, command):
    with open(log, "wb") as out:
        start = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        watch = Watch(child.pid)
        watch.start()
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
    watch.done.set()
    watch.join()
    with open(result, "w") as f:
        json.dump({"exit": os.waitstatus_to_exitcode(status), "wallS": wall, "cpuS": used.ru_utime + used.ru_stime,
                   "largestProcessMiB": used.ru_maxrss / 1024, "treeMiB": watch.peak_kib / 1024}, f)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
