/** Everything of a plan that is no file's content: folders, links, pipes, devices, and what has to go. */

import { lstat, rm, rmdir, unlink } from "node:fs/promises";
import { type BytePath, bytePath, bytesOf, displayPath, joinPath, parentPath } from "../../base/byte-path.ts";
import { reasonOf, systemCode } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import type { AnyReason } from "../../base/reason-codes.ts";
import { findLeftovers } from "./existing-files.ts";
import { setExtendedAttributes } from "./extended-attributes.ts";
import {
  type MadeFolder,
  makeFolder,
  makeHardLink,
  makeSpecial,
  makeSymlink,
  setMetadata,
  syncPath,
  temporaryPrefix,
  unmakeFolder,
} from "./make-entries.ts";
import { isDurable, type RestoreOptions } from "./restore-options.ts";
import type { PlannedEntry, RestorePlan } from "./restore-plan.ts";
import { placeOf } from "./target-folder.ts";

export class PlacedTarget {
  readonly findings: Finding[] = [];
  removed = 0;
  readonly #plan: RestorePlan;
  readonly #root: BytePath;
  readonly #options: RestoreOptions;
  readonly #overwrite: boolean;
  readonly #isRoot = process.geteuid?.() === 0;
  /** Those that this run made. */
  readonly #made: MadeFolder[] = [];
  foreignOwners = 0;

  constructor(plan: RestorePlan, root: BytePath, options: RestoreOptions) {
    this.#plan = plan;
    this.#root = root;
    this.#options = options;
    this.#overwrite = options.overwrite ?? false;
  }

  /** Throws the system's error: without its folder nothing can be restored. */
  async makeFolders(): Promise<void> {
    for (const [number, folder] of this.#plan.folders.entries()) {
      const path = this.#place(folder);
      const aside = joinPath(parentPath(path), `${temporaryPrefix}aside-${number}` as BytePath);
      const made = await makeFolder(path, this.#overwrite ? aside : undefined);
      if (made !== undefined) this.#made.push(made);
    }
  }

  /** After a failure: the target's folders are as they were, unless somebody put something into them. */
  async unmakeFolders(): Promise<void> {
    for (const made of this.#made.toReversed()) await unmakeFolder(made).catch(() => undefined);
  }

  async removeOthers(): Promise<void> {
    const removes = this.#options.removes ?? (() => false);
    const prefix = this.#prefix();
    const leftovers = await findLeftovers(this.#root, this.#plan, (relative) => removes(joinPath(prefix, relative)));
    for (const relative of leftovers.others) {
      const path = bytesOf(placeOf(this.#root, relative));
      const status = await lstat(path);
      await (status.isDirectory() ? rmdir(path).catch(keepFull) : unlink(path));
      this.removed++;
    }
    await this.#removeStaleTemporaries(leftovers.temporaries);
  }

  /** `failed`: numbers of the files that are not there to be linked to. */
  async makeLinksAndSpecials(failed: ReadonlyMap<number, AnyReason>): Promise<void> {
    const missing = new Set([...failed.keys()].map((number) => this.#plan.files[number]));
    for (const entry of this.#plan.hardLinks) {
      const reason = missing.has(entry.to) ? "the file it is another name of was not restored" : undefined;
      await this.#attempt(entry, async () => {
        if (reason !== undefined) throw new Error(reason);
        await makeHardLink(this.#place(entry), this.#place(entry.to), this.#overwrite);
      });
    }
    for (const entry of this.#plan.symlinks) {
      await this.#make(entry, () => makeSymlink(this.#place(entry), entry.node, this.#overwrite));
    }
    for (const entry of this.#plan.specials) {
      await this.#make(entry, () => makeSpecial(this.#place(entry), entry.node, this.#overwrite));
    }
  }

  /** Attributes, owners, modes and times of folders, the deepest first; then every name is made durable, where that is asked for. */
  async finishFolders(): Promise<void> {
    await this.#setAttributes();
    for (const folder of this.#plan.folders.toReversed()) await this.#setMetadata(folder);
    if (!isDurable(this.#options)) return;
    const touched = new Set<BytePath>([this.#root, parentPath(this.#root)]);
    for (const folder of this.#plan.folders) touched.add(this.#place(folder));
    for (const path of touched) {
      // A folder that may not be read cannot be opened to be synced.
      await syncPath(path).catch((error: unknown) => {
        if (systemCode(error) !== "EACCES") throw error;
      });
    }
  }

  async #make(entry: PlannedEntry, make: () => Promise<void>): Promise<void> {
    const made = await this.#attempt(entry, make);
    if (made) await this.#setMetadata(entry);
  }

  async #attempt({ path }: PlannedEntry, make: () => Promise<void>): Promise<boolean> {
    try {
      await make();
      return true;
    } catch (error) {
      this.findings.push(finding("FILE_NOT_RESTORED", { path: displayPath(path), reason: reasonOf(error) }));
      return false;
    }
  }

  async #setMetadata(entry: PlannedEntry): Promise<void> {
    try {
      const { owned } = await setMetadata(this.#place(entry), entry.node, this.#isRoot);
      if (!owned) this.foreignOwners++;
    } catch (error) {
      this.findings.push(finding("METADATA_NOT_RESTORED", { path: displayPath(entry.path), reason: reasonOf(error) }));
    }
  }

  async #setAttributes(): Promise<void> {
    const entries = [...this.#plan.folders, ...this.#plan.symlinks, ...this.#plan.specials];
    const files = entries
      .filter(({ node }) => node.xattrs.length > 0)
      .map((entry) => ({ path: this.#place(entry), node: entry.node }));
    const reason = await setExtendedAttributes(files);
    if (reason !== undefined) this.findings.push(finding("XATTRS_NOT_RESTORED", { count: files.length, reason }));
  }

  /** Not those of this run: they are about to take their places. */
  async #removeStaleTemporaries(found: readonly BytePath[]): Promise<void> {
    for (const relative of found.filter((path) => !this.#ownTemporaries.has(placeOf(this.#root, path)))) {
      await rm(bytesOf(placeOf(this.#root, relative)), { force: true });
    }
  }

  readonly #ownTemporaries = new Set<BytePath>();

  /** Tells which temporary files belong to this run. */
  keep(paths: Iterable<BytePath>): void {
    for (const path of paths) this.#ownTemporaries.add(path);
  }

  /** Where the target hangs in the snapshot. */
  #prefix(): BytePath {
    const entry = [...this.#plan.folders, ...this.#plan.files][0];
    if (entry === undefined) return bytePath("/");
    if (entry.relative === "") return entry.path;
    return (entry.path.slice(0, -entry.relative.length - 1) as BytePath) || bytePath("/");
  }

  #place(entry: PlannedEntry): BytePath {
    return placeOf(this.#root, entry.relative);
  }
}

function keepFull(error: unknown): void {
  if (systemCode(error) !== "ENOTEMPTY") throw error;
}
