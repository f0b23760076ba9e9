#!/usr/bin/env python3
"""Runs one command and writes what it took, as JSON.

  measure.py [--cold FOLDER] [--until-stored FOLDER] RESULT LOG COMMAND [ARGUMENT ...]

--cold takes FOLDER's files out of the page cache before. --until-stored has the file system of FOLDER synced after, and counts it in.
RESULT gets {exit, wallS, endedS, cpuS, largestProcessMiB, treeMiB}: endedS is when the command ended. LOG gets what it printed. CPU and the largest process's
peak come from wait4, which counts every descendant that was waited for. treeMiB is the largest sum of PSS (shared pages
counted once) over all processes of the command at one moment, looked at ten times a second and only while there is more than one:
a command of a single process is not slowed by being watched. Before it starts, memory that is free is touched once: a virtual
machine gets its pages from the host at their first use, and whoever ran first would pay for all. Standard library only.
"""
import argparse, json, mmap, os, subprocess, threading, time


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


def touch_free_memory(most_bytes=6 << 30):
    """Never more than what is free, so that no file leaves the page cache. In a process of its own: the peak of the one that starts
    the command would count as the command's (execve(2) hands the high-water mark on)."""
    toucher = os.fork()
    if toucher != 0:
        os.waitpid(toucher, 0)
        return
    try:
        touch(most_bytes)
    finally:
        os._exit(0)


def touch(most_bytes):
    with open("/proc/meminfo") as f:
        free = next(int(line.split()[1]) * 1024 for line in f if line.startswith("MemFree:"))
    bytes_ = min(most_bytes, free * 3 // 4) & ~0xfff
    if bytes_ == 0:
        return
    with mmap.mmap(-1, bytes_) as memory:
        for at in range(0, bytes_, 4096):
            memory[at] = 1


def forget_cached(folder):
    """Clean pages only: whoever calls has synced before. Source: posix_fadvise(2), POSIX_FADV_DONTNEED."""
    for path, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(os.path.join(path, name), os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def main(cold, until_stored, result, log, command):
    if cold:
        forget_cached(cold)
    touch_free_memory()
    with open(log, "wb") as out:
        start = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        watch = Watch(child.pid)
        watch.start()
        _, status, used = os.wait4(child.pid, 0)
        ended = time.monotonic() - start
        if until_stored:
            subprocess.run(["sync", "--file-system", until_stored], check=True)
        wall = time.monotonic() - start
    watch.done.set()
    watch.join()
    with open(result, "w") as f:
        json.dump({"exit": os.waitstatus_to_exitcode(status), "wallS": wall, "endedS": ended,
                   "cpuS": used.ru_utime + used.ru_stime,
                   "largestProcessMiB": used.ru_maxrss / 1024, "treeMiB": watch.peak_kib / 1024}, f)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cold")
    parser.add_argument("--until-stored")
    parser.add_argument("result")
    parser.add_argument("log")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    main(given.cold, given.until_stored, given.result, given.log, given.command)
