/**
 * What a newcomer sees first: an instance is found (or a sample made), backed up into a repository of its own, restored to scratch
 * and verified. Run again, it goes on with the same repository.
 */

import { randomBytes } from "node:crypto";
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ObhutError, systemCode } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import { makeSampleInstance } from "../deployment/sample-instance.ts";
import { durableWrite } from "../host/durable-write.ts";
import { makeFolders } from "../host/make-folders.ts";
import type { LocalDestination } from "../plans/destination.ts";
import { instanceName } from "../plans/instance-name.ts";
import { type FoundInstance, findInstance } from "./find-instance.ts";
import type { Emit } from "./job-event.ts";
import type { Parts } from "./parts.ts";
import { refuseOverlap } from "./refuse-overlap.ts";
import { type BackupSummary, runBackup } from "./run-backup.ts";
import type { RunBackupOptions } from "./run-backup-options.ts";
import { runInit } from "./run-init.ts";
import { type RestoreSummary, runRestore } from "./run-restore.ts";

export interface StartSummary {
  /** `sample`: there was none, so one was made. */
  readonly how: FoundInstance["how"] | "sample";
  readonly container: string | undefined;
  readonly dataDirectory: string;
  readonly repository: string;
  readonly newRepository: boolean;
  /** Undefined where the password came from the environment. */
  readonly passwordFile: string | undefined;
  readonly backup: BackupSummary;
  readonly restore: RestoreSummary;
}

interface Watch {
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** Everything is made below `obhut/` in the working folder. `given`: the data directory a person named. */
export async function runStart(given: string | undefined, parts: Parts, watch: Watch): Promise<StartSummary> {
  const folder = join(parts.folder, "obhut");
  const found = await findInstance({ given, env: parts.env, folder: parts.folder });
  const path = join(folder, "repository");
  const destination: LocalDestination = { kind: "local", written: path, path };
  if (found !== undefined) await refuseOverlap([destination], found.dataDirectory);
  await makeFolders(folder, 0o700);
  const dataDirectory = found?.dataDirectory ?? (await sampleIn(join(folder, "sample")));
  const newRepository = !(await isThere(join(destination.path, "config")));
  const { passwordFile, own } = await ownPassword(join(folder, "password"), newRepository, parts);
  if (newRepository) await runInit([destination], own);
  const backup = await runBackup(
    {
      dataDirectory,
      destinations: [destination],
      instance: found === undefined ? "sample" : instanceName(undefined, parts.env, parts.actor.hostname),
      tags: [],
      parts: [],
      excludes: [],
      envFile: undefined,
      secretKeyFile: undefined,
      deploymentFiles: [],
      ...appEnvironment(found),
      auditLog: false,
      forceLive: false,
      dryRun: false,
    },
    own,
    watch,
  );
  const scratch = join(folder, "scratch");
  await rm(scratch, { recursive: true, force: true });
  try {
    const restore = await runRestore(
      {
        repository: destination,
        snapshot: { query: backup.destinations[0]?.snapshot ?? "latest", instance: undefined },
        target: scratch,
        parts: [],
        includes: [],
        excludes: [],
        overwrite: false,
        // Where the rows say it is does not matter for a folder that goes away again.
        dataPath: scratch,
        secretsFolder: undefined,
        dryRun: false,
        verify: true,
      },
      own,
      watch,
    );
    const { path: repository } = destination;
    const how = found?.how ?? "sample";
    return {
      how,
      container: found?.docker?.container,
      dataDirectory,
      repository,
      newRepository,
      passwordFile,
      backup,
      restore,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Docker told the app's environment; the sample has run with none but where its data was. */
function appEnvironment(found: FoundInstance | undefined): Pick<RunBackupOptions, "appEnvironment"> {
  if (found === undefined) return { appEnvironment: { DATA_DIR: "/app/backend/data" } };
  return found.docker === undefined ? {} : { appEnvironment: found.docker.environment };
}

async function sampleIn(folder: string): Promise<string> {
  return (await isThere(folder)) ? join(folder, "data") : await makeSampleInstance(folder);
}

/**
 * A new repository gets a random password in a file of its own, made before the repository is: there is no moment at which data lies
 * under a password that is nowhere. Where the file is missing the password is asked for as always.
 */
async function ownPassword(
  path: string,
  isNew: boolean,
  parts: Parts,
): Promise<{ readonly passwordFile: string | undefined; readonly own: Parts }> {
  const stored = await readFile(path, "utf8").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw new ObhutError("STORAGE_FAILED", { location: path, action: "read", reason: String(systemCode(error)) });
  });
  if (stored === undefined && !isNew) return { passwordFile: undefined, own: parts };
  const password = stored?.trim() || randomBytes(24).toString("base64url");
  if (stored === undefined) await durableWrite(path, Buffer.from(`${password}\n`), { mode: 0o600, existing: "never" });
  return { passwordFile: path, own: { ...parts, password: async () => new Secret(password) } };
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
