/**
 * The proof that nothing in the data directory changed while it was read cold: every entry's size, times and inode before and after,
 * as one sum. Whatever is written, made, renamed or removed leaves a new time on a file or on its folder.
 */
import { createHash } from "node:crypto";
import { type BytePath, displayPath } from "../base/byte-path.ts";
import { ObhutError } from "../base/errors.ts";
import { timesSettled } from "../host/sqlite/database-files.ts";
import { uploadFolder, vectorFolder } from "../openwebui/parts.ts";
import type { CaptureContext } from "./capture-context.ts";
import type { Walked } from "./walk.ts";

interface Look {
  readonly sum: string;
  /** The entry that changed last. */
  readonly newest: Walked | undefined;
}

export class ColdWitness {
  readonly #context: CaptureContext;
  readonly #before: Look;

  private constructor(context: CaptureContext, before: Look) {
    this.#context = context;
    this.#before = before;
  }

  /** Looks at all that is captured, once a change from now on must leave a later time. */
  static async begin(context: CaptureContext): Promise<ColdWitness> {
    const first = await look(context);
    const newestNs = first.newest?.meta.ctimeNs ?? 0n;
    await timesSettled([newestNs], context.clock, context.signal);
    return new ColdWitness(context, first);
  }

  /** Rejects with SOURCE_CHANGED unless all of it is as it was. */
  async requireStill(): Promise<void> {
    const { sum, newest } = await look(this.#context);
    if (sum === this.#before.sum) return;
    const path = newest?.absolute ?? this.#context.root;
    throw new ObhutError("SOURCE_CHANGED", { path: displayPath(path) });
  }
}

async function look(context: CaptureContext): Promise<Look> {
  const hash = createHash("sha256");
  let newest: Walked | undefined;
  const add = (walked: Walked): void => {
    const { inode, sizeBytes, mtimeNs, ctimeNs } = walked.meta;
    hash.update(`${walked.path}\0${inode} ${sizeBytes} ${mtimeNs} ${ctimeNs}\n`, "latin1");
    if (newest === undefined || ctimeNs > newest.meta.ctimeNs) newest = walked;
  };
  // Links in the place of a part are followed, as the capture does.
  const linked: BytePath[] = [];
  for await (const walked of context.walk("" as BytePath)) {
    if (walked.meta.kind === "symlink" && isPartFolder(walked.path)) linked.push(walked.path);
    add(walked);
  }
  for (const from of linked) for await (const walked of context.walk(from)) add(walked);
  return { sum: hash.digest("hex"), newest };
}

function isPartFolder(path: BytePath): boolean {
  return path === uploadFolder || path === vectorFolder;
}
