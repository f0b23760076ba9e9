/** What a run would write and what it would keep: nothing is read, and nothing written. */
import type { SourceEntry } from "../../repository/source-entry.ts";
import { CopyDraft, type CopyFacts } from "./copy-draft.ts";
import { type CopyTarget, unchangedEntry } from "./copy-target.ts";
import type { CopyCounts, CopyWriter, WrittenCopy } from "./copy-writer.ts";

export function countWriter(target: CopyTarget, facts: CopyFacts): CopyWriter {
  return new CountWriter(target, facts);
}

class CountWriter implements CopyWriter {
  readonly location: string;
  readonly connections = 1;
  readonly #target: CopyTarget;
  readonly #draft: CopyDraft;

  constructor(target: CopyTarget, facts: CopyFacts) {
    this.location = target.place.location;
    this.#target = target;
    this.#draft = new CopyDraft(target, facts);
  }

  get counts(): CopyCounts {
    return this.#draft.counts;
  }

  needs(): boolean {
    return false;
  }

  async write(entry: SourceEntry): Promise<void> {
    const place = this.#draft.placeOf(entry);
    if (place === undefined || entry.meta.kind !== "file") return;
    const before = unchangedEntry(this.#target, entry);
    const listed = this.#draft.entryOf(entry, entry.meta, { place });
    if (before === undefined) this.#draft.written(listed);
    else this.#draft.kept(listed);
  }

  async finish(manifest: Parameters<CopyWriter["finish"]>[0]): Promise<WrittenCopy> {
    const { kind, copies } = this.#target;
    const sequence = (copies.at(-1)?.record.sequence ?? 0) + 1;
    const record = this.#draft.recordOf(kind, sequence, manifest, { name: "", sha256: "" });
    return { record, name: "", counts: this.counts, removed: 0, ...this.#draft.renamed, missed: [] };
  }

  async abandon(): Promise<void> {}
}
