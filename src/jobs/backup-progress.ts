/** Progress of a backup with totals, once they are known. */
import { displayPath } from "../base/byte-path.ts";
import type { Part } from "../openwebui/parts.ts";
import type { BackupProgress } from "../repository/backup/backup-options.ts";
import { type EstimatedSize, estimateSize } from "./estimate-size.ts";
import type { Emit } from "./job-event.ts";

/** Only a run that takes longer than this is worth looking ahead for. */
const estimateAfterMs = 1_000;

export class BackupProgressReport implements Disposable {
  readonly #emit: Emit;
  readonly #ended = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #total: EstimatedSize | undefined;

  constructor(dataDirectory: string, parts: ReadonlySet<Part>, emit: Emit) {
    this.#emit = emit;
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

  tell({ current, filesDone, bytesDone, bytesStored }: BackupProgress): void {
    this.#emit({
      type: "status",
      phase: "store",
      filesDone,
      bytesDone,
      bytesStored,
      filesTotal: this.#total?.files,
      bytesTotal: this.#total?.bytes,
      current: current === "" ? undefined : displayPath(current),
    });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#ended.abort();
  }
}
