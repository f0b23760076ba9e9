/** Copies snapshots from one repository to another, without reading the instance again. */
import { type Finding, finding, isIncomplete } from "../base/finding-codes.ts";
import type { Destination } from "../plans/destination.ts";
import type { CopyPlan } from "../repository/copy/copy-plan.ts";
import { type CopiedSnapshot, type CopyResult, copySnapshots } from "../repository/copy/copy-snapshots.ts";
import { type KnownIn, knownIn } from "../repository/copy/known-in.ts";
import { planCopy } from "../repository/copy/plan-copy.ts";
import { snapshotsToCopy } from "../repository/copy/snapshots-to-copy.ts";
import { loadIndex } from "../repository/load-index.ts";
import { IndexWriter } from "../repository/packs/index-writer.ts";
import type { IndexedRepository, Repository } from "../repository/repository.ts";
import { loadSnapshots, namedFailure, type StoredSnapshot } from "../repository/snapshots.ts";
import { chooseSnapshots, type SnapshotsChoice } from "./choose-snapshots.ts";
import { beginLock, type JobLock, readWhileTaking } from "./hold-lock.ts";
import { type Emit, type JobWatch, noting } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface RunCopyOptions {
  readonly from: Destination;
  /** Of the repository that is read; `parts.password` is that of the other. */
  readonly fromPassword: Parts["password"];
  readonly to: Destination;
  readonly snapshots: SnapshotsChoice;
  readonly dryRun: boolean;
  /** Told once a snapshot is durable there. */
  readonly onCopied?: (copied: CopiedSnapshot) => void;
}

export interface CopySummary {
  readonly from: string;
  readonly to: string;
  readonly dryRun: boolean;
  /** Those that were copied, or would be: as they lie in the source, and the id that each got. */
  readonly copied: readonly { readonly source: StoredSnapshot; readonly id?: CopiedSnapshot["id"] }[];
  /** Chosen, and there already. */
  readonly present: number;
  /** Chosen, and damaged in the source, or not readable there. */
  readonly notCopied: number;
  /** Pieces that were missing there, and the bytes they take in the source. */
  readonly blobs: number;
  readonly bytes: number;
  readonly bytesStored: number;
  readonly tookMs: number;
  readonly incomplete: boolean;
}

export async function runCopy(options: RunCopyOptions, parts: Parts, watch: JobWatch): Promise<CopySummary> {
  const startedMs = parts.clock.monotonicMs();
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  await using source = await openDestination(options.from, { ...parts, password: options.fromPassword });
  await using target = await openDestination(options.to, parts);
  const [from, to] = [source.repository, target.repository];
  await using readLock = await lockForReading(from, { ...watch, emit });
  await using writeLock = options.dryRun ? noLock() : await beginLock(to, "shared", { ...watch, emit });
  const signal = AbortSignal.any([readLock.signal, writeLock.lost]);
  const prepare = (): Promise<Prepared> => prepareCopy({ from, to }, options.snapshots, { emit, signal });
  const prepared = await readWhileTaking(readLock, () => readWhileTaking(writeLock, prepare));
  await Promise.all([readLock.taken, writeLock.taken]);
  const result = options.dryRun ? undefined : await act(prepared, options, { to, emit, signal });
  const { plan, present, failedSnapshots } = prepared;
  return {
    from: from.storage.location,
    to: to.storage.location,
    dryRun: options.dryRun,
    copied: result?.copied ?? plan.snapshots.map(({ snapshot }) => ({ source: snapshot })),
    present,
    notCopied: (result?.notCopied ?? 0) + failedSnapshots,
    blobs: plan.blobs.count,
    bytes: plan.sealedBytes,
    bytesStored: result?.bytesStored ?? 0,
    tookMs: Math.round(parts.clock.monotonicMs() - startedMs),
    incomplete: findings.some(isIncomplete),
  };
}

interface Prepared {
  readonly from: IndexedRepository;
  readonly plan: CopyPlan;
  readonly adopted: KnownIn["adopted"];
  readonly present: number;
  readonly failedSnapshots: number;
}

async function prepareCopy(
  { from, to }: { readonly from: Repository; readonly to: Repository },
  choice: SnapshotsChoice,
  { emit, signal }: JobWatch,
): Promise<Prepared> {
  emit({ type: "status", phase: "plan", filesDone: 0, bytesDone: 0 });
  const onFinding = (found: Finding): void => emit({ type: "finding", finding: found });
  const [inSource, inTarget] = await Promise.all([loadSnapshots(from, signal), loadSnapshots(to, signal)]);
  const chosen = chooseSnapshots(inSource, choice, onFinding);
  for (const one of [...inTarget.damaged, ...inTarget.unreadable]) {
    onFinding(finding("SNAPSHOT_PASSED_OVER", { location: to.storage.location, ...namedFailure(one) }));
  }
  const wanted = snapshotsToCopy(chosen, inTarget.snapshots);
  const [indexed, target] = await Promise.all([loadIndex(from, { signal }), loadIndex(to, { signal })]);
  const { known, adopted } = await knownIn(target, onFinding, signal);
  // The newest first: what a copy that ends early has brought is what will be missed most.
  const plan = await planCopy(wanted.toReversed(), { from: indexed, known, onFinding, signal });
  const failedSnapshots = choice.queries.length === 0 ? inSource.damaged.length + inSource.unreadable.length : 0;
  return { from: indexed, plan, adopted, present: chosen.length - wanted.length, failedSnapshots };
}

async function act(
  { from, plan, adopted }: Prepared,
  { onCopied }: RunCopyOptions,
  { to, emit, signal }: { readonly to: Repository; readonly emit: Emit; readonly signal: AbortSignal },
): Promise<CopyResult> {
  if (plan.snapshots.length === 0) return { copied: [], notCopied: 0, bytesStored: 0 };
  const indexes = new IndexWriter(to, signal);
  for (const pack of adopted) if (indexes.add(pack)) await indexes.save();
  await indexes.save();
  return await copySnapshots({
    from,
    to,
    plan,
    signal,
    ...(onCopied === undefined ? {} : { onCopied }),
    onFinding: (found) => emit({ type: "finding", finding: found }),
    onProgress: (bytesDone, bytesStored) => {
      emit({ type: "status", phase: "copy", filesDone: 0, bytesDone, bytesTotal: plan.sealedBytes, bytesStored });
    },
  });
}

/** A dry run writes nothing, so it needs no lock of its own. */
function noLock(): JobLock {
  return {
    lost: new AbortController().signal,
    taken: Promise.resolve(),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
