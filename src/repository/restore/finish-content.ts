/** Gives files whose content is there their owner, mode, times and attributes, and makes them durable where that is asked for. */
import { type BytePath, displayPath } from "../../base/byte-path.ts";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { permissionsOf } from "../format/node.ts";
import type { ContentFiles } from "./content-files.ts";
import { setExtendedAttributes } from "./extended-attributes.ts";
import { secondsOf } from "./make-entries.ts";
import { isDurable } from "./restore-options.ts";
import type { FinishedFile } from "./restore-task.ts";

const finishBatch = 128;

export interface FinishedContent {
  /** How many files only root could give to their owners. */
  readonly foreignOwners: number;
  readonly findings: readonly Finding[];
}

/** All that should be is durable when it resolves. What was written of files that failed, before or now, is removed. */
export async function finishContent(content: ContentFiles): Promise<FinishedContent> {
  const findings: Finding[] = [];
  // Root sets attributes last, because a change of owner takes some away; others before a mode forbids it to them.
  const { plan } = content.run;
  const attributed = content.numbers.filter((number) => (plan.files[number]?.node.xattrs.length ?? 0) > 0);
  const isRoot = process.geteuid?.() === 0;
  if (!isRoot) await setAttributes(content, attributed, findings);
  const foreignOwners = await finishFiles(content, content.numbers, findings);
  if (isRoot) await setAttributes(content, attributed, findings);
  // Once more, so that the attributes are durable too.
  if (isRoot) await finishFiles(content, attributed, findings);
  await content.removeFailed();
  return { foreignOwners, findings };
}

async function finishFiles(content: ContentFiles, numbers: readonly number[], findings: Finding[]): Promise<number> {
  const { pool, plan, options } = content.run;
  let foreign = 0;
  await eachConcurrently(Math.ceil(numbers.length / finishBatch), 2 * pool.size, async (batch) => {
    const mine = numbers.slice(batch * finishBatch, (batch + 1) * finishBatch);
    const files = mine.flatMap((number) => finishedFile(content, number) ?? []);
    const result = await pool.run({ kind: "finish", files, durable: isDurable(options) });
    if (result.kind !== "finished") return;
    foreign += result.foreignOwners;
    for (const { file, what, reason } of result.failures) {
      const number = mine[file];
      const path = displayPath(plan.files[number ?? -1]?.path ?? ("" as BytePath));
      if (what === "content") content.fail(number, reason);
      else findings.push(finding("METADATA_NOT_RESTORED", { path, reason }));
    }
  });
  return foreign;
}

function finishedFile(content: ContentFiles, number: number): FinishedFile | undefined {
  const file = content.run.plan.files[number];
  if (file === undefined) return undefined;
  const { mode, uid, gid, atime, mtime } = file.node;
  return {
    path: content.current(number, file),
    sizeBytes: file.sizeBytes,
    mode: permissionsOf(mode),
    owner: { uid, gid },
    atime: secondsOf(atime),
    mtime: secondsOf(mtime),
  };
}

async function setAttributes(content: ContentFiles, numbers: readonly number[], findings: Finding[]): Promise<void> {
  const files = numbers.flatMap((number) => {
    const file = content.run.plan.files[number];
    return file === undefined ? [] : [{ path: content.current(number, file), node: file.node }];
  });
  const reason = await setExtendedAttributes(files);
  if (reason !== undefined) findings.push(finding("XATTRS_NOT_RESTORED", { count: files.length, reason }));
}
