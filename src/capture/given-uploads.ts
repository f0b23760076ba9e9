/** The uploads that a capture has given out, each once. */
import type { BytePath } from "../base/byte-path.ts";
import { uploadFolder } from "../openwebui/parts.ts";
import type { SourceEntry } from "../repository/source-entry.ts";
import type { CaptureContext } from "./capture-context.ts";
import type { KeptUploads } from "./kept-uploads.ts";
import type { OutcomeTracker } from "./outcome-tracker.ts";
import { tellIfOutside } from "./outside-links.ts";
import { plainEntry } from "./plain-entry.ts";

export class GivenUploads {
  /** Everything below uploads, folders too. */
  readonly paths = new Set<BytePath>();
  /** Of the regular files among it, when each was written. */
  readonly writtenNs = new Map<BytePath, bigint>();
  private readonly context: CaptureContext;
  private readonly tracker: OutcomeTracker;

  constructor(context: CaptureContext, tracker: OutcomeTracker) {
    this.context = context;
    this.tracker = tracker;
  }

  /** Those that were not given out before. */
  async *walked(): AsyncGenerator<SourceEntry> {
    for await (const walked of this.context.walk(uploadFolder)) {
      if (this.paths.has(walked.path)) continue;
      this.paths.add(walked.path);
      await tellIfOutside(this.context, walked);
      if (walked.meta.kind === "file") this.writtenNs.set(walked.path, walked.meta.mtimeNs);
      yield { ...plainEntry(walked), done: this.tracker.track(walked.path) };
    }
  }

  /** Those that the pinned database names; others came or went beside the moment, and are taken if they are still there. */
  async *kept(kept: KeptUploads, named: ReadonlySet<BytePath>): AsyncGenerator<SourceEntry> {
    for (const { path, meta, entry } of kept.entries()) {
      if (!named.has(path)) continue;
      this.paths.add(path);
      this.writtenNs.set(path, meta.mtimeNs);
      yield { ...entry, done: this.tracker.track(path) };
    }
  }
}
