/**
 * Copies of what a repository's every use reads again, on a disk of this machine: indexes, snapshots, and packs of trees in the
 * stretches that were read. The place itself stays the judge of what there is: listings, sizes, locks, keys and the config come from it
 * alone, and what it lists no more is dropped here.
 *
 * Nothing here is believed: whole files are hashed against their names, and of packs whoever reads a blob proves it and `doubt`s what is
 * wrong. Nothing here is needed either: a cache that fails is said once, and then everything comes from the place.
 */
import { createHash } from "node:crypto";
import { finding } from "../../base/finding-codes.ts";
import { limits } from "../../base/limits.ts";
import { copyInto, loadInto } from "../load-into.ts";
import type { ByteRange, FileType, Load, SharedBytes, Storage, StorageFile, StoredFile } from "../storage.ts";
import { type CachedType, CacheFolder, type CacheFolderOptions } from "./cache-folder.ts";
import { PackStretches } from "./pack-stretches.ts";

export function cached(inner: Storage, options: CacheFolderOptions): Storage {
  return new Cache(inner, options);
}

class Cache implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly #inner: Storage;
  readonly #folder: CacheFolder;
  readonly #packs: PackStretches;
  readonly #options: CacheFolderOptions;

  readonly extend?: NonNullable<Storage["extend"]>;

  constructor(inner: Storage, options: CacheFolderOptions) {
    this.location = inner.location;
    this.connections = inner.connections;
    if (inner.extend) this.extend = inner.extend.bind(inner);
    this.#inner = inner;
    this.#folder = new CacheFolder(options);
    this.#packs = new PackStretches(inner, this.#folder);
    this.#options = options;
  }

  async create(): Promise<void> {
    await this.#inner.create();
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#inner.save(file, bytes, signal);
    if (file.holds === "trees") await this.#packs.keep(file.name, bytes);
    else if (isWhole(file)) await this.#keep(file, bytes);
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    if (file.holds === "trees" && range !== undefined) return await this.#packs.load(file, range, signal);
    if (!isWhole(file) || range !== undefined) return await this.#inner.load(file, range, signal);
    const kept = await this.#folder.read(file.type, file.name);
    if (kept !== undefined && isNamed(kept, file.name)) return kept;
    if (kept !== undefined) await this.#dropDamaged(file);
    const bytes = await this.#inner.load(file, undefined, signal);
    await this.#keep(file, bytes);
    return bytes;
  }

  async loadInto(load: Load, memory: SharedBytes): Promise<SharedBytes> {
    const { file, range, signal } = load;
    if (file.holds !== "trees") return await loadInto(this.#inner, load, memory);
    return copyInto(await this.load(file, range, signal), memory);
  }

  async doubt(file: StorageFile, range: ByteRange): Promise<boolean> {
    if (file.holds !== "trees") return (await this.#inner.doubt?.(file, range)) ?? false;
    const damaged = await this.#packs.dropIfOther(file, range);
    if (damaged) this.#sayDamaged(file);
    return damaged;
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    const size = await this.#inner.sizeOf(file);
    if (size === undefined) await this.#drop(file);
    return size;
  }

  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    if (!isCached(type)) return yield* this.#inner.list(type, signal);
    // What is saved while the listing goes on must not count as gone: only what was here before may be.
    const gone = new Set(await this.#folder.names(type));
    for await (const file of this.#inner.list(type, signal)) {
      gone.delete(file.name);
      yield file;
    }
    signal?.throwIfAborted();
    for (const name of gone) await this.#folder.drop(type, name);
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#inner.remove(file);
    await this.#drop(file);
  }

  async close(): Promise<void> {
    await this.#folder.close();
    await this.#inner.close();
  }

  /** Never rejects. What is not what its name says is the business of whoever asked for it. */
  async #keep(file: WholeFile, bytes: Uint8Array): Promise<void> {
    if (bytes.length > limits.cacheFileBytes || !isNamed(bytes, file.name)) return;
    await this.#folder.write(file.type, file.name, bytes);
  }

  async #drop({ type, name }: StorageFile): Promise<void> {
    if (isCached(type)) await this.#folder.drop(type, name);
  }

  async #dropDamaged(file: WholeFile): Promise<void> {
    await this.#drop(file);
    this.#sayDamaged(file);
  }

  #sayDamaged({ type, name }: StorageFile): void {
    this.#options.onNote(
      finding("CACHE_DAMAGED", { folder: this.#options.folder, file: `${type}/${name.slice(0, 8)}` }),
    );
  }
}

type WholeFile = StorageFile & { readonly type: "index" | "snapshots" };

/** Files that are kept as a whole. */
function isWhole(file: StorageFile): file is WholeFile {
  return file.type === "index" || file.type === "snapshots";
}

function isCached(type: FileType): type is CachedType & FileType {
  return type === "index" || type === "snapshots" || type === "data";
}

function isNamed(bytes: Uint8Array, name: string): boolean {
  return createHash("sha256").update(bytes).digest("hex") === name;
}
