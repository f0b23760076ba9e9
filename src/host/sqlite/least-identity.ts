/**
 * Who a holder process is when root starts it. SQLite, run by root, sets the owner of each -wal and -shm it opens, which
 * changes their ctime, and opens the -wal with O_CREAT even for a read-only connection. Somebody who may read but not write
 * does neither: nothing of the source can be changed by mistake.
 */
import { closeSync, openSync, statSync } from "node:fs";

const nobody = 65_534;

/**
 * Becomes the least of nobody, nobody with the files' group, or the files' owner, that can read all `paths`; stays
 * root where none can. Call before any lock is taken: it opens and closes the files.
 */
export function becomeLeastIdentity(paths: readonly Buffer[]): void {
  const [first] = paths;
  if (process.geteuid?.() !== 0 || first === undefined) return;
  const { uid, gid } = statSync(first);
  for (const [user, group] of [
    [nobody, nobody],
    [nobody, gid],
    [uid, gid],
  ] as const) {
    if (user !== 0 && become(user, group) && paths.every(isReadable)) return;
    become(0, 0);
  }
}

/** False where the system does not let us, as in a container without the capability or the mapping. */
function become(user: number, group: number): boolean {
  try {
    process.seteuid?.(0);
    process.setegid?.(group);
    process.setgroups?.([group]);
    process.seteuid?.(user);
    return true;
  } catch {
    return false;
  }
}

function isReadable(path: Buffer): boolean {
  try {
    closeSync(openSync(path, "r"));
    return true;
  } catch {
    return false;
  }
}
