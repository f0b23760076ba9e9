/** The repositories of one backup: opened, locked, with their index and the snapshot they build on. */
import type { Manifest } from "../capture/manifest.ts";
import type { Destination } from "../plans/destination.ts";
import type { BackupTarget } from "../repository/backup/backup-options.ts";
import type { ParentQuery } from "../repository/find-parent.ts";
import type { OnDeriving } from "../repository/open-repository.ts";
import type { JobWatch } from "./job-event.ts";
import { type OpenedAll, openAll } from "./open-all.ts";
import { openDestination } from "./open-destination.ts";
import type { Spool } from "./open-spool.ts";
import type { Parts } from "./parts.ts";

export interface OpenTargetsOptions {
  readonly destinations: readonly Destination[];
  readonly parent: ParentQuery;
  /** Nothing is written, so no lock is taken. */
  readonly dryRun: boolean;
  readonly onDeriving?: OnDeriving;
  /** Where packs wait for slow places. */
  readonly spool?: Spool | undefined;
}

export interface OpenedTarget {
  readonly target: BackupTarget;
  readonly manifest: Manifest | undefined;
}

export interface OpenedTargets extends OpenedAll<OpenedTarget> {
  /** Aborts when a lock is lost. */
  readonly signals: readonly AbortSignal[];
}

/** A destination that cannot be opened keeps none of the others from it. */
export async function openTargets(options: OpenTargetsOptions, parts: Parts, watch: JobWatch): Promise<OpenedTargets> {
  const signals: AbortSignal[] = [];
  const all = await openAll(options.destinations, watch.signal, (destination, own) =>
    openTarget({ destination, own, signals }, options, { parts, watch }),
  );
  return { ...all, signals };
}

interface Opening {
  readonly destination: Destination;
  /** What this destination holds open. */
  readonly own: AsyncDisposableStack;
  readonly signals: AbortSignal[];
}

async function openTarget(
  { destination, own, signals }: Opening,
  { parent: query, dryRun, onDeriving, spool }: OpenTargetsOptions,
  { parts, watch }: { readonly parts: Parts; readonly watch: JobWatch },
): Promise<OpenedTarget> {
  // Loaded while the key is derived, which begins as soon as there is what it takes.
  let loader: Promise<typeof import("./load-target.ts")> | undefined;
  const deriving = (): void => {
    loader ??= import("./load-target.ts");
    onDeriving?.();
  };
  const opened = own.use(await openDestination(destination, parts, { onDeriving: deriving }));
  const storage = (await spool?.before(opened.repository.storage, destination)) ?? opened.repository.storage;
  own.defer(() => storage.close());
  const repository = { ...opened.repository, storage };
  const { loadTarget, lockAndLoad } = await (loader ?? import("./load-target.ts"));
  const load = (): Promise<OpenedTarget> => loadTarget(repository, query, watch);
  if (dryRun) return await load();
  return await lockAndLoad(repository, load, { own, onLock: (lost) => signals.push(lost), watch });
}

/** The capture that all destinations hold; undefined where they differ, or one has none. */
export function commonManifest(opened: readonly Pick<OpenedTarget, "manifest">[]): Manifest | undefined {
  const [first, ...rest] = opened.map(({ manifest }) => manifest);
  if (first === undefined) return undefined;
  const same = rest.every((other) => other?.time === first.time && other.moment === first.moment);
  return same ? first : undefined;
}
