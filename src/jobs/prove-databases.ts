/** Opens every database that was restored, compares the app's own with what was captured, and points its rows to where it is now. */
import { type BytePath, displayPath } from "../base/byte-path.ts";
import { finding } from "../base/finding-codes.ts";
import { isEncrypted, type Manifest } from "../capture/manifest.ts";
import { mainDatabase } from "../openwebui/parts.ts";
import { type RewrittenPaths, rewritePaths } from "../openwebui/rewrite-paths.ts";
import type { PlannedFile, RestorePlan } from "../repository/restore/restore-plan.ts";
import { checkDatabases, type DatabaseVerdict } from "./check-databases.ts";
import type { Emit } from "./job-event.ts";

export interface ProvenDatabases {
  /** Opened, and checked whole by SQLite; 0 where that was not asked for. */
  readonly sound: number;
  readonly damaged: number;
  /** The app's own is encrypted: it was restored as it was captured, and nothing of this could be asked of it. */
  readonly opaque: boolean;
  /** Rows of the app's tables in the restored database. */
  readonly counts: Readonly<Record<string, number>>;
  /** The data directory as rows named it before anything was rewritten; undefined where no row names one. */
  readonly pathInRows: string | undefined;
  readonly rewritten: RewrittenPaths | undefined;
}

export interface ProveOptions {
  readonly databases: readonly CheckedDatabase[];
  readonly options: { readonly target: string; readonly dataPath: string | undefined; readonly verify: boolean };
  readonly manifest: Manifest | undefined;
  readonly emit: Emit;
}

/** A file of the plan, and what SQLite says of it. */
export interface CheckedDatabase extends DatabaseVerdict {
  /** Below the target. */
  readonly relative: BytePath;
}

export interface CheckPlannedOptions {
  /** Where a file's content lies; undefined where it could not be had. */
  readonly pathOf: (file: PlannedFile) => BytePath | undefined;
  /** Has every database checked whole; else only the app's own is opened, for what its rows say. */
  readonly verify: boolean;
  readonly signal: AbortSignal;
}

/** Looks into the files that may be databases. */
export async function checkPlannedDatabases(
  plan: RestorePlan,
  { pathOf, verify, signal }: CheckPlannedOptions,
): Promise<readonly CheckedDatabase[]> {
  const candidates = plan.files.flatMap((file) => {
    const { relative } = file;
    const isApp = relative === mainDatabase;
    const path = isApp || (verify && mayBeDatabase(file)) ? pathOf(file) : undefined;
    return path === undefined ? [] : [{ path, relative, isApp, whole: verify }];
  });
  const verdicts = await checkDatabases(candidates, signal);
  return candidates.flatMap(({ relative }, i) => {
    const verdict = verdicts[i];
    return verdict === undefined ? [] : [{ ...verdict, relative }];
  });
}

/** Only when the databases are in their place: rows may be rewritten. */
export function proveDatabases({ databases, options, manifest, emit }: ProveOptions): ProvenDatabases {
  const app = databases.find(({ relative }) => relative === mainDatabase);
  const opaque = app?.isDatabase === false && isEncrypted(manifest, mainDatabase);
  if (opaque) tellOpaque(options.dataPath, emit);
  tellDamage(opaque ? databases.filter((one) => one !== app) : databases, emit);
  if (app?.isDatabase && app.damage === undefined) tellCounts(app, manifest, emit);
  const rewritten = rewriteRows(app, options, emit);
  return {
    sound: !options.verify
      ? 0
      : databases.filter(({ isDatabase, damage }) => isDatabase && damage === undefined).length,
    damaged: databases.filter(({ damage }) => damage !== undefined).length,
    opaque,
    counts: app?.counts ?? {},
    pathInRows: app?.dataPaths[0],
    rewritten,
  };
}

/** By name: each is looked into before it is taken for one. */
function mayBeDatabase({ relative, sizeBytes }: PlannedFile): boolean {
  return sizeBytes > 0 && /\.(db|sqlite|sqlite3|db3)$/i.test(relative);
}

function tellOpaque(dataPath: string | undefined, emit: Emit): void {
  emit({ type: "finding", finding: finding("DATABASE_OPAQUE", { path: mainDatabase }) });
  if (dataPath === undefined) return;
  emit({ type: "finding", finding: finding("DATA_PATH_NOT_WRITTEN", { path: dataPath }) });
}

function tellDamage(databases: readonly CheckedDatabase[], emit: Emit): void {
  for (const { relative, isDatabase, damage } of databases) {
    const reason = relative === mainDatabase && !isDatabase ? "it is no SQLite database" : damage;
    if (reason === undefined) continue;
    emit({ type: "finding", finding: finding("DATABASE_RESTORED_DAMAGED", { path: displayPath(relative), reason }) });
  }
}

function tellCounts(app: DatabaseVerdict, manifest: Manifest | undefined, emit: Emit): void {
  for (const [table, expected] of Object.entries(manifest?.counts ?? {})) {
    const actual = app.counts[table] ?? 0;
    if (actual === expected) continue;
    emit({ type: "finding", finding: finding("ROWS_RESTORED_DIFFER", { table, expected, actual }) });
  }
}

function rewriteRows(
  app: DatabaseVerdict | undefined,
  { target, dataPath }: ProveOptions["options"],
  emit: Emit,
): RewrittenPaths | undefined {
  if (app === undefined || !app.isDatabase || app.damage !== undefined) return undefined;
  if (dataPath !== undefined) return rewritePaths({ database: `${target}/${mainDatabase}`, dataPath });
  const [rows] = app.dataPaths;
  if (rows !== undefined && rows !== target) {
    emit({ type: "finding", finding: finding("DATA_PATH_DIFFERS", { rows, target }) });
  }
  return undefined;
}
