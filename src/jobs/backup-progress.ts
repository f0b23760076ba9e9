/** Progress of a backup with totals, once they are known. */
import { displayPath } from "../base/byte-path.ts";
import type { Part } from "../openwebui/parts.ts";
import type { BackupProgress } from "../repository/backup/backup-options.ts";
import type { SourceEntry } from "../repository/source-entry.ts";
import { type EstimatedSize, estimateSize } from "./estimate-size.ts";
import type { Emit } from "./job-event.ts";

/** Only a run that takes longer than this is worth looking ahead for. */
const estimateAfterMs = 1_000;
const uploadsMs = 1_000;

export class BackupProgressReport implements Disposable {
  readonly #emit: Emit;
  readonly #waiting: () => number;
  readonly #ended = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #uploads: NodeJS.Timeout;
  #total: EstimatedSize | undefined;
  #newest: BackupProgress | undefined;

  /** `waiting`: bytes that wait on this machine for slow destinations. */
  constructor(
    dataDirectory: string,
    parts: ReadonlySet<Part>,
    { emit, waiting }: { readonly emit: Emit; readonly waiting: () => number },
  ) {
    this.#emit = emit;
    this.#waiting = waiting;
    // What waits goes on when everything is read.
    this.#uploads = setInterval(() => {
      if (this.#newest !== undefined && waiting() > 0) this.tell(this.#newest);
    }, uploadsMs);
    emit({ type: "status", phase: "capture", filesDone: 0, bytesDone: 0 });
    this.#timer = setTimeout(() => {
      estimateSize(dataDirectory, parts, this.#ended.signal).then(
        (total) => {
          this.#total = total;
        },
        () => undefined,
      );
    }, estimateAfterMs);
  }

  tell(progress: BackupProgress): void {
    this.#newest = progress;
    const { current, filesDone, bytesDone, bytesStored } = progress;
    this.#emit({
      type: "status",
      phase: "store",
      filesDone,
      bytesDone,
      bytesStored,
      filesTotal: this.#total?.files,
      bytesTotal: this.#total?.bytes,
      bytesWaiting: this.#waiting() || undefined,
      current: current === "" ? undefined : displayPath(current),
    });
  }

  /** What tells of files where there is no engine to do it. */
  counting(alone: boolean): (entry: Pick<SourceEntry, "path" | "meta">) => void {
    let filesDone = 0;
    let bytesDone = 0;
    return ({ path, meta }) => {
      filesDone += 1;
      bytesDone += meta.sizeBytes;
      if (alone) this.tell({ current: path, filesDone, bytesDone, bytesStored: 0 });
    };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearInterval(this.#uploads);
    this.#ended.abort();
  }
}
