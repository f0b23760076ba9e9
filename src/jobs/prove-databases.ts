/** Opens every database that was restored, compares the app's own with what was captured, and points its rows to where it is now. */
import { bytePath, displayPath, joinPath } from "../base/byte-path.ts";
import { finding } from "../base/finding-codes.ts";
import type { Manifest } from "../capture/manifest.ts";
import { mainDatabase } from "../openwebui/parts.ts";
import { type RewrittenPaths, rewritePaths } from "../openwebui/rewrite-paths.ts";
import type { PlannedFile, RestorePlan } from "../repository/restore/restore-plan.ts";
import { checkDatabases, type DatabaseVerdict } from "./check-databases.ts";
import type { Emit } from "./job-event.ts";

export interface ProvenDatabases {
  /** Opened, and checked whole by SQLite. */
  readonly sound: number;
  readonly damaged: number;
  /** Rows of the app's tables in the restored database. */
  readonly counts: Readonly<Record<string, number>>;
  /** The data directory as rows named it before anything was rewritten; undefined where no row names one. */
  readonly pathInRows: string | undefined;
  readonly rewritten: RewrittenPaths | undefined;
}

export interface ProveOptions {
  readonly plan: RestorePlan;
  readonly options: { readonly target: string; readonly dataPath: string | undefined; readonly dryRun: boolean };
  readonly manifest: Manifest | undefined;
  readonly watch: { readonly emit: Emit; readonly signal: AbortSignal };
}

const none: ProvenDatabases = { sound: 0, damaged: 0, counts: {}, pathInRows: undefined, rewritten: undefined };

export async function proveDatabases({ plan, options, manifest, watch }: ProveOptions): Promise<ProvenDatabases> {
  if (options.dryRun) return none;
  const candidates = plan.files.filter(mayBeDatabase);
  const folder = bytePath(options.target);
  const tasks = candidates.map(({ relative }) => ({
    path: joinPath(folder, relative),
    isApp: relative === mainDatabase,
  }));
  watch.emit({ type: "status", phase: "verify", filesDone: plan.files.length, bytesDone: plan.totalBytes });
  const verdicts = await checkDatabases(tasks, watch.signal);
  const app = verdicts[candidates.findIndex(({ relative }) => relative === mainDatabase)];
  tellDamage(candidates, verdicts, watch.emit);
  if (app?.isDatabase && app.damage === undefined) tellCounts(app, manifest, watch.emit);
  const rewritten = rewriteRows(app, options, watch.emit);
  return {
    sound: verdicts.filter(({ isDatabase, damage }) => isDatabase && damage === undefined).length,
    damaged: verdicts.filter(({ damage }) => damage !== undefined).length,
    counts: app?.counts ?? {},
    pathInRows: app?.dataPaths[0],
    rewritten,
  };
}

/** By name: each is looked into before it is taken for one. */
function mayBeDatabase({ relative, sizeBytes }: PlannedFile): boolean {
  return sizeBytes > 0 && /\.(db|sqlite|sqlite3|db3)$/i.test(relative);
}

function tellDamage(candidates: readonly PlannedFile[], verdicts: readonly DatabaseVerdict[], emit: Emit): void {
  for (const [index, { isDatabase, damage }] of verdicts.entries()) {
    const relative = candidates[index]?.relative;
    if (relative === undefined) continue;
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
