/**
 * What Obhut writes into each snapshot about the capture, as `/open-webui/manifest.json`. Documented in docs/manifest.md. Holds
 * names of keys, never their values.
 */
import type { BytePath } from "../base/byte-path.ts";
import type { Finding } from "../base/finding-codes.ts";
import type { AppVersion } from "../openwebui/app-version.ts";
import type { Embedding } from "../openwebui/embedding.ts";
import type { KeyReport } from "../openwebui/keys.ts";
import { type Part, parts } from "../openwebui/parts.ts";
import type { SchemaRevision } from "../openwebui/schema-revision.ts";
import type { TableCounts } from "../openwebui/tables.ts";

export const manifestFormat = 1;

/** How a database was read: as H3's capture names it, or that the parent's copy was taken again. */
export interface DatabaseReport {
  /** Relative to the data directory. */
  readonly path: string;
  /** `live-wal`, `still` ...: see docs/manifest.md. */
  readonly how: string;
  readonly sizeBytes: number;
  /** Kept as it is: what it holds is not known, so nothing was counted in it. */
  readonly encrypted?: true;
  /** How long the read transaction was open; writers of a database in WAL mode do not wait for it. */
  readonly heldMs?: number;
  /** How often it was begun anew. */
  readonly tries: number;
}

export interface VectorsReport {
  readonly collections: number;
  readonly embeddings: number;
  readonly logEntries: number;
  readonly segments: {
    readonly whole: number;
    /** Not written to yet; their vectors are in the log. */
    readonly unwritten: number;
    readonly torn: number;
    /** Folders that chroma.sqlite3 does not know: left behind by deleted collections. */
    readonly orphaned: number;
  };
  /** Everything is as the parent has it, so Chroma was not held at all. */
  readonly unchanged: boolean;
  /** Numbers in the vectors of each collection. */
  readonly dimensions: readonly number[];
  /** How long Chroma's writers had to wait, in all tries together, and at most at once. */
  readonly heldMs: number;
  readonly longestHoldMs: number;
  readonly tries: number;
}

export interface PartReport {
  readonly part: Part;
  readonly files: number;
  readonly bytes: number;
}

export interface Manifest {
  readonly format: number;
  readonly program: { readonly name: "obhut"; readonly version: string };
  /** When the capture began, ISO 8601 in UTC. What is in the snapshot was so at `moment` or, for files, around it. */
  readonly time: string;
  /** When the databases' transactions began. */
  readonly moment: string;
  /** `cold`: the app was stopped, and nothing changed while all of it was read. Absent in the first manifests, which were live. */
  readonly mode?: "live" | "cold";
  readonly tookMs: number;
  readonly dataDir: { readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number };
  readonly app?: AppVersion;
  readonly schema?: SchemaRevision;
  readonly counts: TableCounts;
  readonly embedding?: Embedding;
  readonly databases: readonly DatabaseReport[];
  readonly vectors?: VectorsReport;
  readonly parts: readonly PartReport[];
  readonly excluded: readonly string[];
  readonly keys: KeyReport;
  /** State of each file whose stat does not tell of a change, by virtual path. */
  readonly states: Readonly<Record<string, string>>;
  /** Names the set of uploads by their paths. */
  readonly uploadsDigest: string;
  readonly findings: readonly Finding[];
}

/** Whether this database, by its path in the data directory, was encrypted when it was captured. */
export function isEncrypted(manifest: Manifest | undefined, path: BytePath): boolean {
  return manifest?.databases.some((one) => one.path === path && one.encrypted === true) ?? false;
}

/** The states that the engine compares entries with. */
export function statesOf(manifest: Manifest): ReadonlyMap<BytePath, string> {
  return new Map(Object.entries(manifest.states) as [BytePath, string][]);
}

export function manifestBytes(manifest: Manifest): Uint8Array {
  return Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`, "utf8");
}

/** Undefined where the bytes are no manifest of a format that this program knows: then nothing of it is relied on. */
export function parseManifest(bytes: Uint8Array): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return isManifest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Of what others read from it; the rest was written by this same code. */
function isManifest(value: unknown): value is Manifest {
  if (typeof value !== "object" || value === null) return false;
  const { format, time, counts, states, parts: listed, findings } = value as Partial<Record<keyof Manifest, unknown>>;
  return (
    format === manifestFormat &&
    typeof time === "string" &&
    !Number.isNaN(Date.parse(time)) &&
    isRecordOf(counts, "number") &&
    isRecordOf(states, "string") &&
    Array.isArray(findings) &&
    Array.isArray(listed) &&
    listed.every((report: Partial<PartReport>) => (parts as readonly unknown[]).includes(report?.part))
  );
}

function isRecordOf(value: unknown, type: "number" | "string"): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((entry) => typeof entry === type);
}
