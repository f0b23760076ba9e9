/**
 * The order that makes databases and uploads one moment: uploads that are there; Chroma and webui.db together, with what was uploaded
 * meanwhile held open; the uploads again; then the bytes of the databases. The app writes a file before its row, and deletes
 * the row before the file, so before and after together are complete.
 */
import { limits } from "../base/limits.ts";
import { mainDatabase } from "../openwebui/parts.ts";
import type { SourceEntry } from "../repository/source-entry.ts";
import type { CaptureContext } from "./capture-context.ts";
import { captureMoment, disposeOf, type Moment } from "./capture-vectors.ts";
import { GivenUploads } from "./given-uploads.ts";
import { KeptUploads } from "./kept-uploads.ts";
import type { DatabaseReport, Manifest, VectorsReport } from "./manifest.ts";
import { type MomentFacts, momentFacts } from "./moment-facts.ts";
import type { OutcomeTracker } from "./outcome-tracker.ts";
import { beforeHold, type PinnedDatabase, pinMain } from "./pinned-database.ts";
import { uploadsDigest } from "./upload-findings.ts";

/** A row this much older than the capture is no news: rows keep whole seconds, and clocks are read at different times. */
const newRowMs = 5_000;

export interface OneMomentParts {
  readonly context: CaptureContext;
  readonly tracker: OutcomeTracker;
  /** When the capture began. */
  readonly startedMs: number;
  readonly parent: Manifest | undefined;
}

export class OneMoment {
  private readonly context: CaptureContext;
  private readonly tracker: OutcomeTracker;
  private readonly startedMs: number;
  private readonly parent: Manifest | undefined;
  private readonly uploads: GivenUploads;
  private readonly reports: DatabaseReport[] = [];
  private takenMs = 0;
  private taken: Moment["vectors"] | undefined;
  private told: MomentFacts | undefined;

  constructor({ context, tracker, startedMs, parent }: OneMomentParts) {
    this.context = context;
    this.tracker = tracker;
    this.startedMs = startedMs;
    this.parent = parent;
    this.uploads = new GivenUploads(context, tracker);
  }

  /** Uploads, webui.db and Chroma's files. What else this object tells is there when they end. */
  async *entries(): AsyncGenerator<SourceEntry> {
    const { context, tracker, uploads } = this;
    const withUploads = context.parts.has("uploads");
    if (withUploads) yield* uploads.walked();
    // A file that is gone before it is read was deleted before the moment that comes now, and its row before it.
    await tracker.settled();
    await using kept = new KeptUploads();
    const moment = await this.take(kept);
    await using main = moment.main;
    await using vectorsOwn = moment.vectors.own;
    if (withUploads) {
      for await (const entry of uploads.kept(kept, this.namedUploads())) yield { ...entry, held: true };
      for await (const entry of uploads.walked()) yield { ...entry, held: true };
    }
    if (main !== undefined) {
      yield* main.sideEntries(tracker);
      yield { ...main.entry(tracker), held: true };
    }
    if (vectorsOwn !== undefined) yield { ...vectorsOwn.entry(tracker), held: true };
    for (const entry of moment.vectors.entries) yield { ...entry, held: true, done: tracker.track(entry.path) };
    await tracker.settled();
    if (main !== undefined) this.reports.push(await main.finish());
    if (vectorsOwn !== undefined) this.reports.push(await vectorsOwn.finish());
    this.reports.push(...moment.vectors.databases);
  }

  /** When webui.db was pinned. */
  get momentMs(): number {
    return this.takenMs;
  }

  /** What webui.db tells; undefined where it is not captured. */
  get facts(): MomentFacts | undefined {
    return this.told;
  }

  get databases(): readonly DatabaseReport[] {
    return this.reports;
  }

  get vectors(): VectorsReport | undefined {
    return this.taken?.report;
  }

  /** Numbers in the vectors of each collection. */
  get dimensions(): readonly number[] {
    return this.taken?.dimensions ?? [];
  }

  /** When each upload that was given out was last written. */
  get writtenNs(): GivenUploads["writtenNs"] {
    return this.uploads.writtenNs;
  }

  /** Again, where an upload came and went before it could be held: the database that was pinned names a file that is gone. */
  private async take(kept: KeptUploads): Promise<Moment> {
    for (let tries = 1; ; tries++) {
      const moment = await this.takeOnce(kept);
      if (tries === limits.momentTries || !this.lacksNewUpload(kept)) return moment;
      await disposeOf(moment);
    }
  }

  private async takeOnce(kept: KeptUploads): Promise<Moment> {
    const { context, parent } = this;
    if (context.parts.has("database")) await beforeHold(context, mainDatabase);
    const pin = context.parts.has("database") ? () => this.pin(kept) : async () => undefined;
    const moment = await captureMoment(context, pin, parent?.vectors);
    this.takenMs = context.clock.nowMs();
    this.taken = moment.vectors;
    try {
      const uploads = uploadsDigest([...this.writtenNs.keys(), ...kept.paths()]);
      this.told = await this.factsOf(moment, uploads);
    } catch (error) {
      await disposeOf(moment);
      throw error;
    }
    return moment;
  }

  /** Undefined too of an encrypted database, which tells nobody here anything. */
  private async factsOf({ main }: Moment, uploads: string): Promise<MomentFacts | undefined> {
    if (main === undefined || main.captured.encrypted) return undefined;
    const facts = await momentFacts(main, uploads, this.parent);
    await main.captured.restQueries();
    return facts;
  }

  private async pin(kept: KeptUploads): Promise<PinnedDatabase> {
    const main = await pinMain(this.context);
    if (this.context.parts.has("uploads")) await kept.keepNew(this.context, this.uploads.paths);
    return main;
  }

  private lacksNewUpload(kept: KeptUploads): boolean {
    if (!this.context.parts.has("uploads")) return false;
    return (this.told?.fileRows ?? []).some(({ place, createdMs = 0 }) => {
      if (place.kind !== "upload" || createdMs < this.startedMs - newRowMs) return false;
      return !this.uploads.paths.has(place.path) && !kept.has(place.path);
    });
  }

  private namedUploads() {
    return new Set(this.told?.fileRows?.flatMap(({ place }) => (place.kind === "upload" ? [place.path] : [])));
  }
}
