/** Lists packs that are durable in index files, as many in one as `limits.indexMaxBlobs` allows. */
import type { IndexId, PackId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import { encodeIndex } from "../format/index-file.ts";
import { headerBlobs, type PackHeader } from "../format/pack.ts";
import { saveSealed } from "../object-file.ts";
import type { Repository } from "../repository.ts";

/** The least an entry of a header takes: for an estimate of how many blobs wait for an index. */
const entryBytes = 37;

/** A pack and its entries, in the form that takes least memory. */
export interface IndexedPack {
  readonly id: PackId;
  readonly header: PackHeader;
}

export class IndexWriter {
  readonly #repository: Repository;
  readonly #signal: AbortSignal | undefined;
  #waiting: IndexedPack[] = [];
  #waitingBytes = 0;

  constructor(repository: Repository, signal?: AbortSignal) {
    this.#repository = repository;
    this.#signal = signal;
  }

  /** Puts the pack, which must be durable, on the list; whether there are enough now for a file. */
  add(pack: IndexedPack): boolean {
    this.#waiting.push(pack);
    this.#waitingBytes += pack.header.length;
    return this.#waitingBytes >= limits.indexMaxBlobs * entryBytes;
  }

  /** Writes what is on the list; the file's id, or undefined where the list was empty. It is durable when it resolves. */
  async save(): Promise<IndexId | undefined> {
    if (this.#waiting.length === 0) return undefined;
    const packs = this.#waiting.map(({ id, header }) => ({ id, blobs: headerBlobs(header, id) }));
    this.#waiting = [];
    this.#waitingBytes = 0;
    return await saveSealed<IndexId>(this.#repository, "index", encodeIndex(packs), this.#signal);
  }
}
