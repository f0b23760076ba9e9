/** The last touch on files whose content is there: size, owner, mode, times, and that they are durable. Runs in a restoring thread. */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  openSync,
  type Stats,
} from "node:fs";
import { bytesOf } from "../../base/byte-path.ts";
import { isDiskFull, reasonOf, systemCode } from "../../base/errors.ts";
import type { FileFailure, FinishedFile } from "./restore-task.ts";

export interface FinishOutcome {
  readonly failures: FileFailure[];
  /** Files that belong to this user now, because only root may give them away. */
  readonly foreignOwners: number;
}

/** `durable`: each is synced. */
export function finishFiles(files: readonly FinishedFile[], { durable }: { readonly durable: boolean }): FinishOutcome {
  const failures: FileFailure[] = [];
  let foreignOwners = 0;
  for (const [file, finished] of files.entries()) {
    const step: { what: FileFailure["what"] } = { what: "content" };
    try {
      if (!finishFile(finished, { durable, step })) foreignOwners++;
    } catch (error) {
      if (isDiskFull(error)) throw error;
      failures.push({ file, what: step.what, reason: reasonOf(error) });
    }
  }
  return { failures, foreignOwners };
}

interface Finishing {
  readonly durable: boolean;
  readonly step: { what: FileFailure["what"] };
}

/** False where the file could not be given to its owner. `step` says how far it got when this throws. */
function finishFile(finished: FinishedFile, { durable, step }: Finishing): boolean {
  const descriptor = openFinished(finished);
  try {
    const status = fstatSync(descriptor);
    if (status.size !== finished.sizeBytes) throw new Error(`it has ${status.size} of ${finished.sizeBytes} bytes`);
    step.what = "metadata";
    const given = giveAway(descriptor, status, finished);
    // Running with the rights of its owner is for the owner to grant.
    fchmodSync(descriptor, given ? finished.mode : finished.mode & 0o1777);
    futimesSync(descriptor, finished.atime, finished.mtime);
    step.what = "content";
    if (durable) fsyncSync(descriptor);
    return given;
  } finally {
    closeSync(descriptor);
  }
}

/** For its owner: a file that was finished before may be one that nobody may write, or even read. */
function openFinished({ path, sizeBytes }: FinishedFile): number {
  // Only what is empty is made here: anything else must be there with all its bytes.
  const create = sizeBytes === 0 ? constants.O_CREAT : 0;
  const open = (): number => openSync(bytesOf(path), constants.O_RDONLY | constants.O_NOFOLLOW | create, 0o600);
  try {
    return open();
  } catch (error) {
    if (systemCode(error) !== "EACCES" || !lstatSync(bytesOf(path)).isFile()) throw error;
    chmodSync(bytesOf(path), 0o600);
    return open();
  }
}

/** Before the mode is set, because chown clears setuid. False where only root may do it. */
function giveAway(descriptor: number, status: Stats, { owner }: FinishedFile): boolean {
  if (owner === undefined || (status.uid === owner.uid && status.gid === owner.gid)) return true;
  try {
    fchownSync(descriptor, owner.uid, owner.gid);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === "EPERM" || code === "EINVAL" || code === "ENOTSUP") return false;
    throw error;
  }
}
