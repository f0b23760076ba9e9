/** The steps of one capture in their order, and what is gathered on the way for the manifest. */
import { type BytePath, displayPath } from "../base/byte-path.ts";
import { isObhutError } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { limits } from "../base/limits.ts";
import { cheapState } from "../host/sqlite/state-token.ts";
import { type AppVersion, findAppVersion } from "../openwebui/app-version.ts";
import { embeddingOf } from "../openwebui/embedding.ts";
import { mainDatabase, type Part, partOf, parts, uploadFolder } from "../openwebui/parts.ts";
import type { EntryMeta, SourceEntry } from "../repository/source-entry.ts";
import type { CaptureContext } from "./capture-context.ts";
import type { CaptureOptions } from "./capture-options.ts";
import { captureRest } from "./capture-rest.ts";
import { captureMoment, type Moment } from "./capture-vectors.ts";
import { readEntryMeta } from "./entry-meta.ts";
import { KeptUploads } from "./kept-uploads.ts";
import { snapshotData } from "./layout.ts";
import { deploymentEntries, manifestEntry, rootEntries, secretEntries } from "./made-entries.ts";
import { type DatabaseReport, type Manifest, manifestFormat, type PartReport, type VectorsReport } from "./manifest.ts";
import { type MomentFacts, momentFacts } from "./moment-facts.ts";
import { OutcomeTracker } from "./outcome-tracker.ts";
import { tellIfOutside } from "./outside-links.ts";
import { type PinnedDatabase, pinMain } from "./pinned-database.ts";
import { lookAround, type Surroundings, tellSurroundings } from "./surroundings.ts";
import { sameFindings, uploadFindings, uploadsDigest } from "./upload-findings.ts";
import { plainEntry } from "./vector-entries.ts";

/** A row this much older than the capture is no news: rows keep whole seconds, and clocks are read at different times. */
const newRowMs = 5_000;

export class CaptureRun {
  private readonly options: CaptureOptions;
  private readonly context: CaptureContext;
  private readonly tracker: OutcomeTracker;
  private readonly startedMs: number;
  private readonly startedMonotonicMs: number;
  private readonly totals = new Map<Part, { files: number; bytes: number }>();
  private readonly states = new Map<string, string>();
  private readonly databases: DatabaseReport[] = [];
  /** Everything given out below uploads, and of the regular files among it when each was written. */
  private readonly uploads = new Set<BytePath>();
  private readonly writtenNs = new Map<BytePath, bigint>();
  private momentMs = 0;
  private root: EntryMeta | undefined;
  private around: Surroundings | undefined;
  private facts: MomentFacts | undefined;
  private vectors: VectorsReport | undefined;
  private dimensions: readonly number[] = [];
  private app: AppVersion | undefined;
  private made: Manifest | undefined;

  constructor(options: CaptureOptions, context: CaptureContext) {
    this.options = options;
    this.context = context;
    this.tracker = new OutcomeTracker(context.signal);
    this.startedMs = context.clock.nowMs();
    this.startedMonotonicMs = context.clock.monotonicMs();
  }

  async *entries(): AsyncGenerator<SourceEntry> {
    const { context } = this;
    this.around = await lookAround(this.options);
    tellSurroundings(this.around, context.parts, context.findings);
    this.root = await readEntryMeta(context.root, context.meta, "follow");
    await this.requireDatabase();
    yield* rootEntries(this.root, this.startedMs);
    for await (const entry of this.data()) yield this.noted(entry);
    yield* secretEntries(this.around.secrets, this.startedMs);
    yield* deploymentEntries(this.options.deploymentFiles ?? [], context);
    await this.tracker.settled();
    this.compare();
    this.made = await this.describe();
    yield manifestEntry(this.made, context.clock.nowMs());
  }

  /** After the entries. */
  manifest(): Manifest {
    if (this.made === undefined) throw new Error("the capture has not ended");
    return this.made;
  }

  /**
   * Before an hour of uploads is read. Without webui.db the capture fails (DATABASE_MISSING), unless the app is known to
   * keep its database elsewhere, which was told.
   */
  private async requireDatabase(): Promise<void> {
    const { context } = this;
    if (!context.parts.has("database")) return;
    try {
      await cheapState(context.absolute(mainDatabase), context.clock);
    } catch (error) {
      const elsewhere = context.findings.all.some(({ code }) => code === "DATABASE_NOT_COVERED");
      if (!elsewhere || !isObhutError(error, "DATABASE_MISSING")) throw error;
      context.parts.delete("database");
    }
  }

  private async *data(): AsyncGenerator<SourceEntry> {
    const { context, tracker } = this;
    if (context.parts.has("uploads")) yield* this.newUploads();
    // A file that is gone before it is read was deleted before the moment that comes now, and its row before it.
    await tracker.settled();
    await using kept = new KeptUploads();
    const moment = await this.takeMoment(kept);
    await using main = moment.main;
    if (context.parts.has("uploads")) {
      yield* this.keptUploads(kept);
      yield* this.newUploads();
    }
    if (main !== undefined) yield main.entry(tracker);
    for (const entry of moment.vectors.entries) yield { ...entry, done: tracker.track(entry.path) };
    await tracker.settled();
    if (main !== undefined) this.databases.push(await main.finish());
    this.databases.push(...moment.vectors.databases);
    if (context.parts.has("rest")) yield* captureRest(context, tracker, this.databases);
  }

  /** Again, where an upload came and went before it could be held: the database that was pinned names a file that is gone. */
  private async takeMoment(kept: KeptUploads): Promise<Moment> {
    for (let tries = 1; ; tries++) {
      const moment = await this.takeOneMoment(kept);
      if (tries === limits.momentTries || !this.lacksNewUpload(kept)) return moment;
      await moment.main?.[Symbol.asyncDispose]();
    }
  }

  private async takeOneMoment(kept: KeptUploads): Promise<Moment> {
    const { context } = this;
    const pin = context.parts.has("database") ? () => this.pin(kept) : async () => undefined;
    const moment = await captureMoment(context, pin, this.options.parent?.vectors);
    this.momentMs = context.clock.nowMs();
    this.vectors = moment.vectors.report;
    this.dimensions = moment.vectors.dimensions;
    try {
      const uploads = uploadsDigest([...this.writtenNs.keys(), ...kept.paths()]);
      this.facts = moment.main && (await momentFacts(moment.main, uploads, this.options.parent));
    } catch (error) {
      await moment.main?.[Symbol.asyncDispose]();
      throw error;
    }
    return moment;
  }

  private async pin(kept: KeptUploads): Promise<PinnedDatabase> {
    const main = await pinMain(this.context);
    if (this.context.parts.has("uploads")) await kept.keepNew(this.context, this.uploads);
    return main;
  }

  private lacksNewUpload(kept: KeptUploads): boolean {
    if (!this.context.parts.has("uploads")) return false;
    return (this.facts?.fileRows ?? []).some(({ place, createdMs = 0 }) => {
      if (place.kind !== "upload" || createdMs < this.startedMs - newRowMs) return false;
      return !this.uploads.has(place.path) && !kept.has(place.path);
    });
  }

  /** Those that the pinned database names; others came or went beside the moment, and are taken if they are still there. */
  private async *keptUploads(kept: KeptUploads): AsyncGenerator<SourceEntry> {
    const named = new Set(this.facts?.fileRows?.flatMap(({ place }) => (place.kind === "upload" ? [place.path] : [])));
    for (const { path, meta, entry } of kept.entries()) {
      if (!named.has(path)) continue;
      this.uploads.add(path);
      this.writtenNs.set(path, meta.mtimeNs);
      yield { ...entry, done: this.tracker.track(path) };
    }
  }

  /** Those that were not given out before. */
  private async *newUploads(): AsyncGenerator<SourceEntry> {
    for await (const walked of this.context.walk(uploadFolder)) {
      if (this.uploads.has(walked.path)) continue;
      this.uploads.add(walked.path);
      await tellIfOutside(this.context, walked);
      if (walked.meta.kind === "file") this.writtenNs.set(walked.path, walked.meta.mtimeNs);
      yield { ...plainEntry(walked), done: this.tracker.track(walked.path) };
    }
  }

  private noted(entry: SourceEntry): SourceEntry {
    if (entry.state !== undefined) this.states.set(entry.path, entry.state);
    if (entry.meta.kind !== "file") return entry;
    const part = partOf(entry.path.slice(snapshotData.length + 1) as BytePath);
    const { files, bytes } = this.totals.get(part) ?? { files: 0, bytes: 0 };
    this.totals.set(part, { files: files + 1, bytes: bytes + entry.meta.sizeBytes });
    return entry;
  }

  private compare(): void {
    const { facts, context, tracker, writtenNs, momentMs, options } = this;
    if (facts === undefined) return;
    const { findings } = context;
    if (facts.schema?.known === false) findings.add(finding("SCHEMA_UNKNOWN", { revision: facts.schema.revision }));
    if (!context.parts.has("uploads")) return;
    const uploads = { writtenNs, lost: tracker.lost, momentMs };
    if (facts.fileRows !== undefined) findings.add(...uploadFindings(facts.fileRows, uploads));
    else if (options.parent !== undefined) findings.add(...sameFindings(options.parent));
  }

  private async describe(): Promise<Manifest> {
    const { context, options, around, root, facts, vectors } = this;
    if (around === undefined || root === undefined) throw new Error("the capture has not begun");
    const { process } = around;
    const schema = facts?.schema;
    this.app = await findAppVersion({
      dataDir: displayPath(context.root),
      ...(process === undefined ? {} : { process }),
      ...(schema === undefined ? {} : { schema }),
    });
    const reports = parts
      .filter((part) => context.parts.has(part))
      .map((part): PartReport => {
        const { files, bytes } = this.totals.get(part) ?? { files: 0, bytes: 0 };
        return { part, files, bytes };
      });
    return {
      format: manifestFormat,
      program: { name: "obhut", version: options.programVersion },
      time: new Date(this.startedMs).toISOString(),
      moment: new Date(this.momentMs).toISOString(),
      tookMs: Math.round(context.clock.monotonicMs() - this.startedMonotonicMs),
      dataDir: { path: displayPath(context.root), mode: root.mode, uid: root.uid, gid: root.gid },
      ...(this.app === undefined ? {} : { app: this.app }),
      ...(schema === undefined ? {} : { schema }),
      counts: facts?.counts ?? {},
      ...(facts === undefined ? {} : { embedding: embeddingOf(facts.embedding, around.environment, this.dimensions) }),
      databases: this.databases,
      ...(vectors === undefined ? {} : { vectors }),
      parts: reports,
      excluded: options.excludes ?? [],
      keys: around.keys,
      states: Object.fromEntries(this.states),
      uploadsDigest: uploadsDigest(this.writtenNs.keys()),
      findings: context.findings.all,
    };
  }
}
