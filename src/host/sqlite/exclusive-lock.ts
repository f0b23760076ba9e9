/** Who has a database for himself alone, as far as the system lists locks. */
import { type HeldLock, heldLocks } from "../processes.ts";

/** SHARED_FIRST of SQLite's os.h: readers lock a byte range that begins here; a write lock on it keeps all of them out. */
const sharedFirst = 0x40000002;

/** `inode`: the database file's. A writer that only waits for readers to go locks other bytes and is not meant. */
export async function exclusiveLock(inode: bigint | undefined): Promise<HeldLock | undefined> {
  const locks = (await heldLocks()) ?? [];
  return locks.find(
    (lock) => lock.inode === inode && lock.exclusive && lock.from <= sharedFirst && lock.to >= sharedFirst,
  );
}
