/** The steps of one capture in their order, and what is gathered on the way for the manifest. */
import { type BytePath, displayPath } from "../base/byte-path.ts";
import { isObhutError, ObhutError } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { cheapState } from "../host/sqlite/state-token.ts";
import { findAppVersion } from "../openwebui/app-version.ts";
import { embeddingOf } from "../openwebui/embedding.ts";
import { mainDatabase, type Part, partOf, parts } from "../openwebui/parts.ts";
import type { EntryMeta, SourceEntry } from "../repository/source-entry.ts";
import type { CaptureContext } from "./capture-context.ts";
import type { CaptureOptions } from "./capture-options.ts";
import { captureRest } from "./capture-rest.ts";
import { ColdWitness } from "./cold-witness.ts";
import { readEntryMeta } from "./entry-meta.ts";
import { snapshotData } from "./layout.ts";
import { deploymentEntries, manifestEntry, rootEntries, secretEntries } from "./made-entries.ts";
import { type DatabaseReport, type Manifest, manifestFormat, type PartReport } from "./manifest.ts";
import { readDeploymentFiles } from "./named-files.ts";
import { OneMoment } from "./one-moment.ts";
import { OutcomeTracker } from "./outcome-tracker.ts";
import { lookAround, type Surroundings, tellSurroundings } from "./surroundings.ts";
import { sameFindings, uploadFindings, uploadsDigest } from "./upload-findings.ts";

export class CaptureRun {
  private readonly options: CaptureOptions;
  private readonly context: CaptureContext;
  private readonly tracker: OutcomeTracker;
  private readonly moment: OneMoment;
  private readonly startedMs: number;
  private readonly startedMonotonicMs: number;
  private readonly totals = new Map<Part, { files: number; bytes: number }>();
  private readonly states = new Map<string, string>();
  private readonly databases: DatabaseReport[] = [];
  private root: EntryMeta | undefined;
  private around: Surroundings | undefined;
  private made: Manifest | undefined;

  constructor(options: CaptureOptions, context: CaptureContext) {
    this.options = options;
    this.context = context;
    this.tracker = new OutcomeTracker(context.signal);
    this.startedMs = context.clock.nowMs();
    this.startedMonotonicMs = context.clock.monotonicMs();
    const { tracker, startedMs } = this;
    this.moment = new OneMoment({ context, tracker, startedMs, parent: options.parent });
  }

  async *entries(): AsyncGenerator<SourceEntry> {
    const { context } = this;
    this.around = await (this.options.around ?? lookAround(this.options));
    tellSurroundings(this.around, context.parts, context.findings);
    if (this.options.cold === true) this.refuseRunning(this.around);
    const witness = this.options.cold === true ? await ColdWitness.begin(context) : undefined;
    const deployment = await readDeploymentFiles(this.options.deploymentFiles ?? [], context.meta);
    this.root = await readEntryMeta(context.root, context.meta, "follow");
    await this.requireDatabase();
    yield* rootEntries(this.root, this.startedMs);
    for await (const entry of this.data()) yield this.noted(entry);
    yield* secretEntries(this.around.secrets, this.startedMs);
    yield* deploymentEntries(deployment, this.startedMs);
    await this.tracker.settled();
    await witness?.requireStill();
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
    const { context, tracker, moment } = this;
    yield* moment.entries();
    this.databases.push(...moment.databases);
    if (context.parts.has("rest")) yield* captureRest(context, tracker, this.databases);
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
    const { context, tracker, options } = this;
    const { facts, writtenNs, momentMs } = this.moment;
    const { findings } = context;
    if (this.databases.some(({ path, encrypted }) => path === mainDatabase && encrypted)) this.tellOpaque();
    if (facts === undefined) return;
    if (facts.schema?.known === false) findings.add(finding("SCHEMA_UNKNOWN", { revision: facts.schema.revision }));
    if (!context.parts.has("uploads")) return;
    const uploads = { writtenNs, lost: tracker.lost, momentMs };
    if (facts.fileRows !== undefined) findings.add(...uploadFindings(facts.fileRows, uploads));
    else if (options.parent !== undefined) findings.add(...sameFindings(options.parent));
  }

  /** Before all of it is read; what only a database's own locks tell comes with that. */
  private refuseRunning({ process }: Surroundings): void {
    if (process === undefined) return;
    const { pid, commandLine } = process;
    const holder = `pid ${pid} ${commandLine.slice(0, 2).join(" ")}`.trim();
    const path = displayPath(this.context.absolute(mainDatabase));
    throw new ObhutError("SOURCE_IN_USE", { path, holder });
  }

  /** What is in an encrypted database nobody here can tell; whether its password is in the snapshot can be told. */
  private tellOpaque(): void {
    const { findings } = this.context;
    findings.add(finding("DATABASE_OPAQUE", { path: mainDatabase }));
    if (this.around?.keys.seen.includes("DATABASE_PASSWORD") !== true) {
      findings.add(finding("DATABASE_PASSWORD_NOT_SEEN", {}));
    }
  }

  private async describe(): Promise<Manifest> {
    const { context, options, around, root } = this;
    const { facts, vectors, dimensions, momentMs, writtenNs } = this.moment;
    if (around === undefined || root === undefined) throw new Error("the capture has not begun");
    const { process } = around;
    const schema = facts?.schema;
    const app = await findAppVersion({
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
      moment: new Date(momentMs).toISOString(),
      mode: options.cold === true ? "cold" : "live",
      tookMs: Math.round(context.clock.monotonicMs() - this.startedMonotonicMs),
      dataDir: { path: displayPath(context.root), mode: root.mode, uid: root.uid, gid: root.gid },
      ...(app === undefined ? {} : { app }),
      ...(schema === undefined ? {} : { schema }),
      counts: facts?.counts ?? {},
      ...(facts === undefined ? {} : { embedding: embeddingOf(facts.embedding, around.environment, dimensions) }),
      databases: this.databases,
      ...(vectors === undefined ? {} : { vectors }),
      parts: reports,
      excluded: options.excludes ?? [],
      keys: around.keys,
      states: Object.fromEntries(this.states),
      uploadsDigest: uploadsDigest(writtenNs.keys()),
      findings: context.findings.all,
    };
  }
}
