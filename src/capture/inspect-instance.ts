/**
 * A look at an instance without capturing it: what lies where, how large it is, what it means, what the databases tell. Read-only,
 * whether the app runs, is stopped or crashed.
 */
import { stat } from "node:fs/promises";
import { type BytePath, bytePath, bytesOf, displayPath, joinPath } from "../base/byte-path.ts";
import type { Clock } from "../base/clock.ts";
import { isObhutError, ObhutError } from "../base/errors.ts";
import { type Finding, finding } from "../base/finding-codes.ts";
import { Scratch } from "../host/scratch.ts";
import { captureDatabase } from "../host/sqlite/capture-database.ts";
import type { CaptureKind } from "../host/sqlite/captured-database.ts";
import { type CaptureOptions as DatabaseOptions, holdDatabase } from "../host/sqlite/hold-database.ts";
import { type AppVersion, findAppVersion } from "../openwebui/app-version.ts";
import { type ChromaCounts, countChroma, readVectorSegments } from "../openwebui/chroma/collections.ts";
import { type Embedding, embeddingOf } from "../openwebui/embedding.ts";
import { type InstanceFacts, readInstanceFacts } from "../openwebui/instance-facts.ts";
import type { KeyReport } from "../openwebui/keys.ts";
import { parts as allParts, mainDatabase, vectorDatabase } from "../openwebui/parts.ts";
import type { SchemaRevision } from "../openwebui/schema-revision.ts";
import type { TableCounts } from "../openwebui/tables.ts";
import { FindingsLog } from "./findings-log.ts";
import { type InspectedItem, measureItems } from "./measure-items.ts";
import { sourceRoot } from "./source-folder.ts";
import { type DeployedApp, lookAround, tellSurroundings } from "./surroundings.ts";
import { whyOf } from "./why.ts";

export interface InspectOptions {
  /** Absolute path. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly scratchParent: string;
  readonly envFile?: string;
  readonly secretKeyFile?: string;
  readonly environment?: ReadonlyMap<string, string>;
  /** See `CaptureOptions`. */
  readonly askDeployment?: () => Promise<DeployedApp | undefined>;
  readonly force?: boolean;
  /** The app is stopped; see `CaptureOptions`. */
  readonly cold?: boolean;
  readonly signal?: AbortSignal;
}

export interface Inspection {
  readonly dataDir: string;
  /** The number of the process that has the database open, where it can be seen. */
  readonly appPid?: number;
  readonly app?: AppVersion;
  readonly schema?: SchemaRevision;
  readonly counts: TableCounts;
  readonly embedding: Embedding;
  readonly vectors?: ChromaCounts;
  /** In which state webui.db was found. */
  readonly database: { readonly how: CaptureKind | "encrypted"; readonly sizeBytes: number };
  readonly items: readonly InspectedItem[];
  readonly keys: KeyReport;
  readonly findings: readonly Finding[];
}

/** Errors: SOURCE_MISSING, those of `captureDatabase` for webui.db, SCRATCH_FAILED. */
export async function inspectInstance(options: InspectOptions): Promise<Inspection> {
  const root = await sourceRoot(options.dataDir);
  const findings = new FindingsLog(() => undefined);
  await using scratch = await Scratch.open({ parent: options.scratchParent, clock: options.clock });
  const database = databaseOptions(options, scratch);
  const around = await lookAround(options);
  tellSurroundings(around, new Set(allParts), findings);
  const { facts, ...main } = (await readMain(root, database)) ?? (await opaqueMain(root, findings));
  const { schema } = facts;
  if (schema?.known === false) findings.add(finding("SCHEMA_UNKNOWN", { revision: schema.revision }));
  const vectors = await readVectors(root, database, findings);
  const dataDir = displayPath(root);
  const { process } = around;
  const app = await findAppVersion({ dataDir, ...present("process", process), ...present("schema", schema) });
  const items = await measureItems(root, options.signal);
  return {
    dataDir,
    ...present("appPid", process?.pid),
    ...present("app", app),
    ...present("schema", schema),
    counts: facts.counts,
    embedding: embeddingOf(facts.embedding, around.environment, vectors?.dimensions ?? []),
    ...present("vectors", vectors?.counts),
    database: main,
    items,
    keys: around.keys,
    findings: findings.all,
  };
}

function databaseOptions({ clock, force, cold, signal }: InspectOptions, scratch: Scratch): DatabaseOptions {
  return {
    scratchDir: bytePath(scratch.folder),
    clock,
    mode: cold === true ? "cold" : "live",
    ...present("force", force),
    ...present("signal", signal),
  };
}

/** `{ name: value }`, or nothing where there is no value. */
function present<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]?: Value });
}

interface Main {
  readonly facts: Omit<InstanceFacts, "fileRows">;
  readonly how: CaptureKind | "encrypted";
  readonly sizeBytes: number;
}

/** Undefined where it is encrypted. */
async function readMain(root: BytePath, options: DatabaseOptions): Promise<Main | undefined> {
  try {
    await using captured = await captureDatabase(joinPath(root, mainDatabase), options);
    if (captured.encrypted) return undefined;
    const facts = await readInstanceFacts((sql) => captured.query(sql));
    await captured.release();
    return { facts, how: captured.how, sizeBytes: captured.sizeBytes };
  } catch (error) {
    if (isObhutError(error, "DATABASE_ENCRYPTED")) return undefined;
    throw error;
  }
}

async function opaqueMain(root: BytePath, findings: FindingsLog): Promise<Main> {
  findings.add(finding("DATABASE_OPAQUE", { path: mainDatabase }));
  const { size } = await stat(bytesOf(joinPath(root, mainDatabase)));
  return { facts: { counts: {}, embedding: {} }, how: "encrypted", sizeBytes: size };
}

interface Vectors {
  readonly counts: ChromaCounts;
  readonly dimensions: readonly number[];
}

/** Held only while it is counted. A vector store that is damaged or not there does not stop the look. */
async function readVectors(
  root: BytePath,
  options: DatabaseOptions,
  findings: FindingsLog,
): Promise<Vectors | undefined> {
  try {
    await using held = await holdDatabase(joinPath(root, vectorDatabase), options);
    const query = (sql: string) => held.query(sql);
    const counts = await countChroma(query);
    const segments = await readVectorSegments(query);
    await held.release();
    return { counts, dimensions: segments.flatMap(({ dimension }) => dimension ?? []) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof ObhutError && error.code === "DATABASE_MISSING") return undefined;
    findings.add(finding("VECTORS_UNKNOWN", { path: vectorDatabase, reason: whyOf(error) }));
    return undefined;
  }
}
