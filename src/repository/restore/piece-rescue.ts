/**
 * Pieces that their pack did not give, from another pack that holds them too: two programs that store at the same time may both store a
 * blob.
 */
import { isDiskFull, reasonOf } from "../../base/errors.ts";
import type { BlobId } from "../../base/ids.ts";
import type { AnyReason } from "../../base/reason-codes.ts";
import { failureReason } from "../failure-reason.ts";
import { hexIdAt } from "../format/hex.ts";
import { loadBlob } from "../load-blob.ts";
import type { ContentFiles } from "./content-files.ts";
import { OutputFiles } from "./output-files.ts";

export class PieceRescue {
  readonly #content: ContentFiles;
  readonly #rows: number[] = [];

  constructor(content: ContentFiles) {
    this.#content = content;
  }

  /** `row` of the piece table, and why it was not to be had. Where no other pack has it, its file has failed. */
  add(row: number | undefined, reason: AnyReason): void {
    if (row === undefined) return;
    const { plan, repo } = this.#content.run;
    if (repo.index.copies("data", this.#idOf(row)).length > 0) this.#rows.push(row);
    else this.#content.fail(plan.pieces.fileOf(row), reason);
  }

  /** Writes those that can be had; the files of the others have failed. Throws what the target's disk says. */
  async run(): Promise<void> {
    if (this.#rows.length === 0) return;
    const { plan, repo, options } = this.#content.run;
    const outputs = new OutputFiles();
    try {
      for (const row of this.#rows) {
        const [number, output] = [plan.pieces.fileOf(row), this.#content.outputs[plan.pieces.fileOf(row)]];
        if (output === undefined || this.#content.failed.has(number)) continue;
        const plain = await loadBlob(repo, "data", this.#idOf(row), options.signal).catch((error: unknown) => {
          options.signal?.throwIfAborted();
          this.#content.fail(number, failureReason(error));
          return undefined;
        });
        if (plain !== undefined) outputs.write(output, plan.pieces.positionOf(row), plain);
      }
      for (const [path, error] of outputs.settled()) {
        if (isDiskFull(error)) throw error;
        this.#content.fail(
          this.#content.outputs.findIndex((output) => output.path === path),
          reasonOf(error),
        );
      }
    } finally {
      outputs.closeAll();
    }
  }

  #idOf(row: number): BlobId {
    return hexIdAt(this.#content.run.plan.pieces.idOf(row), 0) as BlobId;
  }
}
