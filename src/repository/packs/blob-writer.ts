/**
 * Writes blobs into new packs of one repository, for whatever is no backup: prune, copy, rewrite, repair. Data and trees get packs of
 * their own. Works on this thread; at most `savesAtOnce` packs are held in memory besides the two being filled.
 */
import { hash } from "node:crypto";
import type { BlobId, PackId } from "../../base/ids.ts";
import { pageMemory } from "../../host/direct-io.ts";
import { zstdCompress } from "../../host/zstd.ts";
import type { BlobType } from "../format/blob.ts";
import { nonceBytes } from "../format/crypto.ts";
import { packFile } from "../pack-file.ts";
import type { Repository } from "../repository.ts";
import type { FilledPack } from "./filled-pack.ts";
import { type IndexedPack, IndexWriter } from "./index-writer.ts";
import { PackFiller, packBufferBytes } from "./pack-filler.ts";

const savesAtOnce = 2;

export interface BlobWriterOptions {
  readonly signal?: AbortSignal;
  /**
   * `save`: index files are written for the packs, as they come and at the end. `leave`: the caller lists them in an index of its own;
   * until then nothing finds them.
   */
  readonly indexes: "save" | "leave";
  /** Told of each pack once it is durable: its size, bytes. */
  readonly onPack?: (bytes: number) => void;
}

/** A blob as it lies in a pack, before it is sealed. */
export interface StoredBlob {
  readonly type: BlobType;
  readonly id: BlobId;
  /** Compressed where `uncompressedLength` is not 0. */
  readonly payload: Uint8Array;
  /** Where given, the payload is this long, and has room behind it up to a multiple of 16: it need not be copied then. */
  readonly payloadBytes?: number;
  /** Length before compression; 0 where it is not compressed. */
  readonly uncompressedLength: number;
}

export class BlobWriter {
  readonly #repository: Repository;
  readonly #options: BlobWriterOptions;
  readonly #fillers: Readonly<Record<BlobType, PackFiller>>;
  readonly #indexes: IndexWriter;
  readonly #packs: IndexedPack[] = [];
  /** Memory of packs that were saved, for those to come. */
  readonly #freeBuffers: SharedArrayBuffer[] = [];
  readonly #saves = new Set<Promise<void>>();
  readonly #failed = new AbortController();

  constructor(repository: Repository, options: BlobWriterOptions) {
    this.#repository = repository;
    this.#options = options;
    this.#indexes = new IndexWriter(repository, options.signal);
    this.#fillers = { data: this.#filler("data"), tree: this.#filler("tree") };
  }

  /**
   * Stores the blob, compressed where the format allows it; its id. Writes it whatever the repository holds: what is known already is for the
   * caller to leave out. Rejects with what made an earlier save fail.
   */
  async addPlain(type: BlobType, plain: Uint8Array): Promise<BlobId> {
    const id = hash("sha256", plain, "hex") as BlobId;
    const compressed = this.#repository.config.version >= 2;
    const payload = compressed ? zstdCompress(plain) : plain;
    await this.addStored({ type, id, payload, uncompressedLength: compressed ? plain.length : 0 });
    return id;
  }

  /**
   * Stores a blob as another pack had it, which the caller has proven. In a repository of format version 1 it must not be compressed.
   * Resolves when there is room for the next.
   */
  async addStored({ type, id, payload, payloadBytes, uncompressedLength }: StoredBlob): Promise<void> {
    this.#throwIfFailed();
    const blob = {
      type,
      id: Buffer.from(id, "hex"),
      payload: payloadBytes === undefined ? padded(payload) : payload,
      payloadBytes: payloadBytes ?? payload.length,
      uncompressedLength,
    };
    this.#fillers[type].add(blob);
    while (this.#saves.size > savesAtOnce) await Promise.race(this.#saves);
  }

  /** Closes the packs that are being filled. All packs are durable when it resolves, and so are their indexes where it saves them. */
  async finish(): Promise<readonly IndexedPack[]> {
    this.#throwIfFailed();
    this.#fillers.data.flush();
    this.#fillers.tree.flush();
    while (this.#saves.size > 0) await Promise.all(this.#saves);
    this.#throwIfFailed();
    if (this.#options.indexes === "save") await this.#indexes.save();
    return this.#packs;
  }

  /** Waits for what is being saved, whatever comes of it, and writes nothing more; the packs that are there, for who takes them away. */
  async abandon(): Promise<readonly IndexedPack[]> {
    this.#failed.abort(new Error("the writing was given up"));
    while (this.#saves.size > 0) await Promise.all(this.#saves);
    return this.#packs;
  }

  #filler(type: BlobType): PackFiller {
    const { masterKey, actor } = this.#repository;
    return new PackFiller({
      target: 0,
      key: masterKey,
      nonceStart: actor.random(nonceBytes),
      dryRun: false,
      emit: (pack) => this.#save(pack, type),
      takeBuffer: () => this.#freeBuffers.pop() ?? pageMemory(packBufferBytes),
    });
  }

  /** Never leaves a rejection that nobody sees: the next call throws it. */
  #save(pack: FilledPack, type: BlobType): void {
    const saving: Promise<void> = this.#savePack(pack, type)
      .catch((error: unknown) => this.#failed.abort(error))
      .finally(() => this.#saves.delete(saving));
    this.#saves.add(saving);
  }

  async #savePack({ id, buffer, bytes, header }: FilledPack, type: BlobType): Promise<void> {
    if (buffer === undefined) return;
    const signal = AbortSignal.any([this.#failed.signal, ...(this.#options.signal ? [this.#options.signal] : [])]);
    await this.#repository.storage.save(packFile(id, type), new Uint8Array(buffer, 0, bytes), signal);
    if (buffer.byteLength === packBufferBytes) this.#freeBuffers.push(buffer);
    const pack = { id: id as PackId, header };
    this.#packs.push(pack);
    this.#options.onPack?.(bytes);
    if (this.#options.indexes === "save" && this.#indexes.add(pack)) await this.#indexes.save();
  }

  #throwIfFailed(): void {
    this.#options.signal?.throwIfAborted();
    this.#failed.signal.throwIfAborted();
  }
}

/** With room up to a multiple of 16, as the cipher takes it. */
function padded(payload: Uint8Array): Uint8Array {
  const room = Buffer.alloc(Math.max(1, Math.ceil(payload.length / 16)) * 16);
  room.set(payload);
  return room;
}
