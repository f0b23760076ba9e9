/** Proves what was written, and makes it durable, before it is put in place (docs/decisions/0104). */

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { bytesOf } from "../../base/byte-path.ts";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import type { BlobId, PackId } from "../../base/ids.ts";
import { MiB } from "../../base/limits.ts";
import type { AnyReason } from "../../base/reason-codes.ts";
import { failureReason } from "../failure-reason.ts";
import { hexIdAt } from "../format/hex.ts";
import { loadBlobAt } from "../load-blob.ts";
import type { ContentFiles } from "./content-files.ts";
import { comparePlanned } from "./existing-files.ts";
import type { PlannedFile } from "./restore-plan.ts";

const flushesAtOnce = 2;
/** Bytes; what is smaller is durable in no time. */
const worthFlushing = MiB;

/** Begins to make durable what was written: the finish, which has to wait for it, then waits less. What fails here fails there again. */
export async function flushContent(content: ContentFiles): Promise<void> {
  const written = content.numbers.filter((number) => !content.present.has(number));
  await eachConcurrently(written.length, flushesAtOnce, async (at) => {
    const output = content.outputs[written[at] ?? -1];
    if (output === undefined || output.sizeBytes < worthFlushing) return;
    await using file = await open(bytesOf(output.path), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
      () => undefined,
    );
    await file?.datasync().catch(() => undefined);
  });
}

/** Reads back what was written, and hashes it where it lies now. Files that were there already have been compared before. */
export async function proveContent(content: ContentFiles): Promise<void> {
  const { pool, plan } = content.run;
  content.begin("verify");
  await content.each(async (file, number) => {
    // An empty one is made by the finish, which looks at sizes.
    if (content.failed.has(number) || content.present.has(number) || file.sizeBytes === 0) return;
    const { different, sameSize } = await comparePlanned(pool, plan, file, content.current(number, file));
    if (different.length > 0 || !sameSize) {
      const damage = await damageOf(content, file, different);
      content.fail(number, damage ?? "what was written reads back differently", damage === undefined);
    }
    content.done({ files: 1, bytes: file.sizeBytes });
  });
}

/** What is wrong with the repository's copy of these pieces; undefined: nothing, so the fault lies with this machine. */
async function damageOf({ run }: ContentFiles, file: PlannedFile, pieces: Uint32Array): Promise<AnyReason | undefined> {
  const { plan, repo, options } = run;
  for (const piece of pieces) {
    const row = file.firstPiece + piece;
    const place = {
      pack: plan.pieces.packs[plan.pieces.packOf(row)] ?? ("" as PackId),
      offset: plan.pieces.offsetOf(row),
      length: plan.pieces.lengthOf(row),
      uncompressedLength: plan.pieces.uncompressedOf(row),
    };
    try {
      await loadBlobAt(repo, place, { type: "data", id: hexIdAt(plan.pieces.idOf(row), 0) as BlobId }, options.signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      return failureReason(error);
    }
  }
  return undefined;
}
