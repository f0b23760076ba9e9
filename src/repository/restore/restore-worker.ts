/** The script of a restoring thread. */
import { workerData } from "node:worker_threads";
import { isDiskFull, reasonOf } from "../../base/errors.ts";
import { BlobOpener, type OpenedBlob } from "../blob-opener.ts";
import { masterKeyOf } from "../format/crypto.ts";
import { idBytes } from "../format/hex.ts";
import { serveTasks } from "../workers/serve-tasks.ts";
import { comparePieces } from "./compare-pieces.ts";
import { finishFiles } from "./finish-files.ts";
import { OutputFiles } from "./output-files.ts";
import type {
  OutputFailure,
  OutputFile,
  PieceDamage,
  RestoreResult,
  RestorerData,
  RestoreTask,
} from "./restore-task.ts";

const { masterKey } = workerData as RestorerData;
// Each blob is authentic; what was written is hashed when it is read back, or not at all (docs/decisions/0105).
const opener = new BlobOpener(masterKeyOf(masterKey), { hashes: false });
const outputs = new OutputFiles();
const zeros = Buffer.alloc(1024 * 1024);

serveTasks<RestoreTask, RestoreResult>({
  async run(task) {
    switch (task.kind) {
      case "write":
        return { kind: "written", ...write(task) };
      case "finish":
        // Another thread may still hold a file open; ours must not, or a full table of descriptors follows.
        outputs.closeAll();
        return { kind: "finished", ...finishFiles(task.files, task) };
      case "compare":
        return { kind: "compared", ...comparePieces(task.range) };
    }
  },
});

interface Written {
  readonly damages: PieceDamage[];
  readonly failures: OutputFailure[];
}

/** Pieces come sorted by offset, so that a blob that belongs to many places is opened once. */
function write({ bytes, pieces, files }: Extract<RestoreTask, { kind: "write" }>): Written {
  const damages: PieceDamage[] = [];
  const failures: OutputFailure[] = [];
  let opened: OpenedBlob = { damage: "" };
  for (let piece = 0; piece < pieces.count; piece++) {
    const [offset, uncompressed] = [pieces.offsets[piece] ?? 0, pieces.uncompressedLengths[piece] ?? 0];
    const [number, position] = [pieces.files[piece] ?? 0, pieces.positions[piece] ?? 0];
    const file = files[number];
    if (file === undefined) {
      failures.push({ file: number, reason: "its file is unknown" });
      continue;
    }
    if (piece === 0 || offset !== pieces.offsets[piece - 1]) {
      const sealed = bytes.subarray(offset, offset + (pieces.lengths[piece] ?? 0));
      const id = pieces.ids.subarray(piece * idBytes, (piece + 1) * idBytes);
      // What goes to several places is copied: a room belongs to one.
      const isAlone = offset !== pieces.offsets[piece + 1];
      opened = opener.open(sealed, id, uncompressed, isAlone ? outputs.room(file, position, uncompressed) : undefined);
    }
    if (opened.damage !== undefined) {
      damages.push({ piece, reason: opened.damage });
      continue;
    }
    const reason = put(file, position, opened.plain);
    if (reason !== undefined) failures.push({ file: number, reason });
  }
  for (const [path, error] of outputs.settled()) {
    failures.push({ file: files.findIndex((file) => file.path === path), reason: reasonUnlessFull(error) });
  }
  return { damages, failures };
}

/** Why it could not be taken; what cannot be written shows when all is settled. */
function put(file: OutputFile, position: number, plain: Uint8Array): string | undefined {
  try {
    if (file.fresh && isZero(plain)) outputs.touch(file);
    else outputs.write(file, position, plain);
    return undefined;
  } catch (error) {
    return reasonUnlessFull(error);
  }
}

/** A full disk is not one file's misfortune: it ends the restore. */
function reasonUnlessFull(error: unknown): string {
  if (isDiskFull(error)) throw error;
  return reasonOf(error);
}

function isZero(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0 || bytes.length > zeros.length) return false;
  return Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0;
}
