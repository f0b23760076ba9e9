/** Carries out a restore plan: content in parallel, then metadata, at last everything in its place and durable. */
import { displayPath } from "../../base/byte-path.ts";
import { isDiskFull, isObhutError, ObhutError, reasonOf, systemCode } from "../../base/errors.ts";
import { finding } from "../../base/finding-codes.ts";
import { masterKeyBytes } from "../format/crypto.ts";
import type { IndexedRepository } from "../repository.ts";
import { WorkerPool, workerScript } from "../workers/worker-pool.ts";
import { ContentFiles } from "./content-files.ts";
import type { RestorePool } from "./existing-files.ts";
import { type FinishedContent, finishContent } from "./finish-content.ts";
import { PlacedTarget } from "./placed-target.ts";
import { flushContent, proveContent } from "./prove-content.ts";
import { isDurable, type RestoreOptions, type RestoreSummary } from "./restore-options.ts";
import type { RestorePlan } from "./restore-plan.ts";
import { makeTarget, neededBytes, requireFolder, requireSpace } from "./target-folder.ts";
import { compareWithTarget, writeContent } from "./write-content.ts";

/** Heap of a restoring thread: packs lie outside of it, but a small one lets go of what lies there sooner. */
const threadLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 };

/**
 * Errors: TARGET_NOT_EMPTY, TARGET_NO_SPACE before anything is written; TARGET_FULL, TARGET_FAILED, after which a target that was
 * empty is empty again and, with `overwrite`, one that was not is as it was until files are put in place; RESTORE_STOPPED, with
 * `overwrite`, where a file's content could not be had: then the target is as it was. Without `overwrite` such a file is missing
 * from the target, and a finding says so.
 */
export async function restore(
  repo: IndexedRepository,
  plan: RestorePlan,
  options: RestoreOptions,
): Promise<RestoreSummary> {
  const overwrite = options.overwrite ?? false;
  if (overwrite) stopWherePlanLacks(plan, options.target);
  else {
    await requireFolder(options.target, false);
    await requireSpace(options.target, neededBytes(plan));
  }
  await using pool: RestorePool = new WorkerPool({
    script: workerScript("./restore-worker", import.meta.url),
    workerData: () => ({ masterKey: masterKeyBytes(repo.masterKey) }),
    resourceLimits: threadLimits,
    ...(options.threads === undefined ? {} : { size: options.threads }),
  });
  const root = await makeTarget(options.target).catch((error: unknown) => {
    throw targetError(error, options.target);
  });
  const target = new PlacedTarget(plan, root, options);
  const content = new ContentFiles({ repo, plan, pool, root, options });
  let finished: FinishedContent;
  try {
    const missing = overwrite ? await compareWithTarget(content) : new Map();
    if (overwrite) await requireSpace(options.target, neededBytes(plan, content.present));
    await target.makeFolders();
    await writeContent(content, missing);
    stopWhereNothingMayBeHalf(content);
    await provenContent(content);
    stopWhereNothingMayBeHalf(content);
    finished = await finishContent(content);
    stopWhereNothingMayBeHalf(content);
  } catch (error) {
    await content.discard();
    await target.unmakeFolders();
    throw targetError(error, options.target);
  }
  options.signal?.throwIfAborted();
  target.keep(content.outputs.map(({ path }) => path));
  if (overwrite) await target.removeOthers();
  try {
    await content.putInPlace();
    await target.makeLinksAndSpecials(content.failed);
    await target.finishFolders();
  } catch (error) {
    throw targetError(error, options.target);
  }
  const foreign = finished.foreignOwners + target.foreignOwners;
  const owners = foreign === 0 ? [] : [finding("OWNERS_NOT_RESTORED", { count: foreign })];
  const findings = [...plan.findings, ...content.findings(), ...finished.findings, ...target.findings, ...owners];
  return {
    files: plan.files.length - content.failed.size + plan.hardLinks.length,
    folders: plan.folders.length,
    totalBytes: plan.totalBytes,
    unchangedBytes: content.unchangedBytes,
    removed: target.removed,
    verified: options.verify === true,
    lost: new Set([...content.failed.keys()].flatMap((number) => plan.files[number]?.relative ?? [])),
    findings,
  };
}

/** The disk is kept busy meanwhile: what was written is on its way to it while it is read back. */
async function provenContent(content: ContentFiles): Promise<void> {
  const { options } = content.run;
  const { verify, whileProving } = options;
  const all = [
    isDurable(options) ? flushContent(content) : undefined,
    verify ? proveContent(content) : undefined,
    whileProving?.((file) => content.pathOf(file)),
  ];
  const failed = (await Promise.allSettled(all)).find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** A plan that could not see everything must not replace, and by no means remove, what is there. */
function stopWherePlanLacks({ findings }: RestorePlan, target: string): void {
  const lacking = findings.flatMap((found) => (found.code === "FILE_NOT_RESTORED" ? [found.params] : []));
  const [first] = lacking;
  if (first === undefined) return;
  const [example, reason] = [first.path, first.reason];
  throw new ObhutError("RESTORE_STOPPED", { target, count: lacking.length, example, reason });
}

/** The operating system's errors in the words of a restore. */
function targetError(error: unknown, target: string): unknown {
  // Node's own codes (ERR_...) tell of a fault of ours.
  if (isObhutError(error) || !/^E[A-Z0-9]+$/.test(systemCode(error) ?? "")) return error;
  const params = { target, reason: reasonOf(error) };
  return new ObhutError(isDiskFull(error) ? "TARGET_FULL" : "TARGET_FAILED", params, { cause: error });
}

function stopWhereNothingMayBeHalf({ failed, run: { plan, options } }: ContentFiles): void {
  if (!options.overwrite || failed.size === 0) return;
  const [number, reason] = [...failed][0] ?? [0, ""];
  const path = plan.files[number]?.path;
  const example = path === undefined ? "" : displayPath(path);
  throw new ObhutError("RESTORE_STOPPED", { target: options.target, count: failed.size, example, reason });
}
