/**
 * Brings a copy's entries back into a folder. Every file is written beside its place and proven by its sum; only then are all of them put into
 * place. Where files lie already and one of the copy's cannot be had, nothing of them is changed (docs/decisions/0103).
 */

import { createHash } from "node:crypto";
import { chmod, lchown, lutimes, mkdir, open, readdir, rename, rm, symlink, unlink } from "node:fs/promises";
import { type BytePath, bytePath, bytesOf, displayPath, joinPath, parentPath } from "../../base/byte-path.ts";
import { isDiskFull, ObhutError, reasonOf, systemCode } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { writeAll } from "../../host/durable-write.ts";
import { syncFileSystem } from "../../host/sync-file-system.ts";
import type { CopiedEntry } from "../copy/copied-entry.ts";
import type { PlainPlace } from "../place/place.ts";
import { readCopyFiles } from "./copy-files.ts";
import type { FoundCopy } from "./find-copies.ts";
import { copyName } from "./open-copies.ts";

/** An entry, and where it goes below the target. */
export interface RestoredEntry extends CopiedEntry {
  readonly relative: BytePath;
}

export interface RestoreCopyOptions {
  readonly place: PlainPlace;
  readonly copy: FoundCopy;
  readonly entries: readonly RestoredEntry[];
  /** Absolute, links resolved; it is there. */
  readonly target: BytePath;
  readonly overwrite: boolean;
  /** Names below the target that must go, such as the log of an older database. */
  readonly removes: (relative: BytePath) => boolean;
  readonly signal: AbortSignal;
  readonly onFile: (entry: CopiedEntry) => void;
  /** Called when every file is proven, and none is in its place. */
  readonly whileProving: (pathOf: (relative: BytePath) => BytePath | undefined) => Promise<void>;
}

export interface RestoredCopy {
  readonly findings: readonly Finding[];
  /** Below the target. */
  readonly lost: ReadonlySet<BytePath>;
  readonly verifiedFiles: number;
}

const draftFolder = ".obhut-restore-copy" as BytePath;

/** Errors: RESTORE_STOPPED, TARGET_FULL, TARGET_FAILED; then the target is as it was. */
export async function restoreCopy(options: RestoreCopyOptions): Promise<RestoredCopy> {
  const draft = joinPath(options.target, draftFolder);
  try {
    await rm(bytesOf(draft), { recursive: true, force: true });
    await mkdir(bytesOf(draft), { mode: 0o700 });
    return await new CopyRestore(options, draft).run();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const params = { target: displayPath(options.target), reason: reasonOf(error) };
    throw new ObhutError(isDiskFull(error) ? "TARGET_FULL" : "TARGET_FAILED", params, { cause: error });
  } finally {
    await rm(bytesOf(draft), { recursive: true, force: true });
  }
}

class CopyRestore {
  readonly #options: RestoreCopyOptions;
  readonly #draft: BytePath;
  readonly #findings: Finding[] = [];
  /** Files that are proven, and where each lies until it is put into place. */
  readonly #proven = new Map<RestoredEntry, BytePath>();
  readonly #lost = new Map<RestoredEntry, AnyReason>();
  #foreignOwners = 0;

  constructor(options: RestoreCopyOptions, draft: BytePath) {
    this.#options = options;
    this.#draft = draft;
  }

  async run(): Promise<RestoredCopy> {
    const { place, copy, entries, signal, target, overwrite, whileProving } = this.#options;
    const files = entries.filter(({ kind }) => kind === "file");
    const numbers = new Map<CopiedEntry, number>(files.map((entry, number) => [entry, number]));
    await readCopyFiles({
      place,
      copy,
      entries: files,
      signal,
      take: (entry, bytes) => this.#take(entry as RestoredEntry, numbers.get(entry) ?? 0, bytes),
      lost: (entry, why) => this.#lose(entry as RestoredEntry, why),
    });
    this.#tellLost(overwrite);
    const draftOf = new Map([...this.#proven].map(([{ relative }, path]) => [relative, path]));
    await whileProving((relative) => draftOf.get(relative));
    signal.throwIfAborted();
    await syncFileSystem(target);
    await this.#placeAll();
    await syncFileSystem(target);
    if (this.#foreignOwners > 0) this.#findings.push(finding("OWNERS_NOT_RESTORED", { count: this.#foreignOwners }));
    const lost = new Set([...this.#lost.keys()].map(({ relative }) => relative));
    return { findings: this.#findings, lost, verifiedFiles: this.#proven.size };
  }

  async #take(entry: RestoredEntry, number: number, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const path = joinPath(this.#draft, bytePath(String(number)));
    const hash = createHash("sha256");
    await using file = await open(bytesOf(path), "wx", 0o600);
    let at = 0;
    for await (const part of bytes) {
      hash.update(part);
      await writeAll(file, part, at);
      at += part.length;
    }
    if (at !== entry.sizeBytes) return this.#lose(entry, reason("fileSize", { bytes: at, expected: entry.sizeBytes }));
    if (hash.digest("hex") !== entry.sha256) return this.#lose(entry, reason("sumDiffers", {}));
    this.#proven.set(entry, path);
    this.#options.onFile(entry);
  }

  #lose(entry: RestoredEntry, why: AnyReason): void {
    this.#lost.set(entry, why);
  }

  /** RESTORE_STOPPED where files that lie there would be changed. */
  #tellLost(overwrite: boolean): void {
    const [first] = this.#lost;
    if (first === undefined) return;
    const [{ relative }, why] = first;
    if (overwrite) {
      const target = displayPath(this.#options.target);
      throw new ObhutError("RESTORE_STOPPED", {
        target,
        count: this.#lost.size,
        example: displayPath(relative),
        reason: why,
      });
    }
    const copy = copyName(this.#options.copy);
    for (const [entry, why] of this.#lost) {
      this.#findings.push(finding("COPY_FILE_WRONG", { path: displayPath(entry.relative), copy, reason: why }));
    }
  }

  async #placeAll(): Promise<void> {
    const { entries } = this.#options;
    const folders = entries
      .filter(({ kind }) => kind === "dir")
      .toSorted((a, b) => a.relative.length - b.relative.length);
    for (const { relative } of folders) await mkdir(this.#at(relative), { recursive: true, mode: 0o700 });
    for (const [entry, path] of this.#proven) {
      await this.#giveMeta(bytesOf(path), entry);
      await mkdir(bytesOf(parentPath(this.#path(entry.relative))), { recursive: true, mode: 0o700 });
      await rename(bytesOf(path), this.#at(entry.relative));
    }
    for (const entry of entries.filter(({ kind }) => kind === "symlink")) await this.#makeLink(entry);
    await this.#removeStale(new Set(entries.map(({ relative }) => relative)));
    for (const folder of folders.toReversed()) await this.#giveMeta(this.#at(folder.relative), folder);
    for (const { kind, relative } of entries) {
      if (["file", "dir", "symlink"].includes(kind)) continue;
      const params = { path: displayPath(relative), reason: reason("kindNotInCopy", { kind }) };
      this.#findings.push(finding("FILE_NOT_RESTORED", params));
    }
  }

  async #makeLink(entry: RestoredEntry): Promise<void> {
    await mkdir(bytesOf(parentPath(this.#path(entry.relative))), { recursive: true, mode: 0o700 });
    await unlink(this.#at(entry.relative)).catch((error: unknown) => {
      if (systemCode(error) !== "ENOENT") throw error;
    });
    await symlink(bytesOf(entry.linkTarget ?? ("" as BytePath)), this.#at(entry.relative));
  }

  /** In the root, where the app keeps its database. */
  async #removeStale(restored: ReadonlySet<BytePath>): Promise<void> {
    const folders = new Set([...restored].map((relative) => (relative.includes("/") ? parentPath(relative) : "")));
    for (const folder of folders) {
      for (const name of await readdir(this.#at(folder as BytePath), { encoding: "latin1" })) {
        const relative = (folder === "" ? name : `${folder}/${name}`) as BytePath;
        if (!restored.has(relative) && this.#options.removes(relative)) await unlink(this.#at(relative));
      }
    }
  }

  async #giveMeta(path: Buffer, { uid, gid, mode, mtimeNs }: RestoredEntry): Promise<void> {
    const owned = await lchown(path, uid, gid).then(
      () => true,
      () => uid === process.getuid?.() && gid === process.getgid?.(),
    );
    if (!owned) this.#foreignOwners += 1;
    await chmod(path, mode & (owned ? 0o7777 : 0o1777));
    await lutimes(path, Number(mtimeNs) / 1e9, Number(mtimeNs) / 1e9);
  }

  #path(relative: BytePath): BytePath {
    return relative === "" ? this.#options.target : joinPath(this.#options.target, relative);
  }

  #at(relative: BytePath): Buffer {
    return bytesOf(this.#path(relative));
  }
}
