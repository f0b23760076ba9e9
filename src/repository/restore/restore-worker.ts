/** The script of a restoring thread. */
import { workerData } from "node:worker_threads";
import { isDiskFull, reasonOf } from "../../base/errors.ts";
import { BlobOpener } from "../blob-opener.ts";
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

const { masterKey, provesLater } = workerData as RestorerData;
const opener = new BlobOpener(masterKeyOf(masterKey), { hashes: !provesLater });
// Who reads back what was written finds it in the page cache; who does not leaves that to others.
const outputs = new OutputFiles({ direct: !provesLater });
const zeros = Buffer.alloc(1024 * 1024);

serveTasks<RestoreTask, RestoreResult>({
  async run(task) {
    switch (task.kind) {
      case "write":
        return { kind: "written", ...(await write(task)) };
      case "finish":
        // Another thread may still hold a file open; ours must not, or a full table of descriptors follows.
        outputs.closeAll();
        return { kind: "finished", ...finishFiles(task.files) };
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
async function write({ bytes, pieces, files }: Extract<RestoreTask, { kind: "write" }>): Promise<Written> {
  const damages: PieceDamage[] = [];
  const failures: OutputFailure[] = [];
  let lastOffset = -1;
  let opened: ReturnType<BlobOpener["open"]> = { damage: "" };
  for (let piece = 0; piece < pieces.count; piece++) {
    const offset = pieces.offsets[piece] ?? 0;
    if (offset !== lastOffset) {
      const sealed = bytes.subarray(offset, offset + (pieces.lengths[piece] ?? 0));
      const id = pieces.ids.subarray(piece * idBytes, (piece + 1) * idBytes);
      opened = opener.open(sealed, id, pieces.uncompressedLengths[piece] ?? 0);
      lastOffset = offset;
    }
    if (opened.damage !== undefined) {
      damages.push({ piece, reason: opened.damage });
      continue;
    }
    const file = pieces.files[piece] ?? 0;
    const reason = put(files[file], pieces.positions[piece] ?? 0, opened.plain);
    if (reason !== undefined) failures.push({ file, reason });
  }
  const failed = await outputs.settled().then(() => undefined, reasonUnlessFull);
  // Which file's bytes were staged is not known here: every file of this task is in doubt.
  if (failed !== undefined) failures.push(...files.map((_, file) => ({ file, reason: failed })));
  return { damages, failures };
}

function put(file: OutputFile | undefined, position: number, plain: Uint8Array): string | undefined {
  if (file === undefined) return "its file is unknown";
  if (file.fresh && isZero(plain)) return attempt(() => outputs.touch(file));
  return attempt(() => outputs.write(file, position, plain));
}

function attempt(action: () => void): string | undefined {
  try {
    action();
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
