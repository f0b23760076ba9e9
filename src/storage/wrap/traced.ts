/** A storage that tells of each call: what, for how long, how it ended. For whoever looks for the slow or the failing one. */
import type { Clock } from "../../base/clock.ts";
import { isObhutError } from "../../base/errors.ts";
import { loadInto } from "../load-into.ts";
import type { ByteRange, FileType, Load, SharedBytes, Storage, StorageFile, StoredFile } from "../storage.ts";

/** No content, no key and no password: a location shows none. */
export interface TracedCall {
  readonly time: string;
  readonly location: string;
  readonly call: "create" | "save" | "load" | "sizeOf" | "list" | "remove" | "extend" | "close";
  /** `data/0123...`, or the type that is listed. */
  readonly file?: string;
  readonly bytes?: number;
  readonly ms: number;
  /** The error's code; absent where all went well. */
  readonly error?: string;
}

export interface TraceOptions {
  readonly clock: Pick<Clock, "nowMs" | "monotonicMs">;
  readonly onCall: (call: TracedCall) => void;
}

export function traced(inner: Storage, options: TraceOptions): Storage {
  return new Traced(inner, options);
}

type About = Pick<TracedCall, "call" | "file" | "bytes">;

class Traced implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly extend?: NonNullable<Storage["extend"]>;
  readonly #inner: Storage;
  readonly #options: TraceOptions;

  constructor(inner: Storage, options: TraceOptions) {
    this.location = inner.location;
    this.connections = inner.connections;
    this.#inner = inner;
    this.#options = options;
    const extend = inner.extend?.bind(inner);
    if (extend) this.extend = (file, at, signal) => this.#tell(about("extend", file), () => extend(file, at, signal));
  }

  async create(): Promise<void> {
    await this.#tell({ call: "create" }, () => this.#inner.create());
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#tell(about("save", file, bytes.length), () => this.#inner.save(file, bytes, signal));
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#tell(about("load", file, range?.length), () => this.#inner.load(file, range, signal));
  }

  async loadInto(load: Load, memory: SharedBytes): Promise<SharedBytes> {
    const { file, range } = load;
    return await this.#tell(about("load", file, range.length), () => loadInto(this.#inner, load, memory));
  }

  async doubt(file: StorageFile, range: ByteRange): Promise<boolean> {
    return (await this.#inner.doubt?.(file, range)) ?? false;
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    return await this.#tell(about("sizeOf", file), () => this.#inner.sizeOf(file));
  }

  /** Until the last file was taken: whoever takes them slowly makes it long. */
  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    const begunMs = this.#options.clock.monotonicMs();
    let failed: unknown;
    try {
      yield* this.#inner.list(type, signal);
    } catch (error) {
      failed = error;
      throw error;
    } finally {
      this.#told({ call: "list", file: type }, begunMs, failed);
    }
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#tell(about("remove", file), () => this.#inner.remove(file));
  }

  async close(): Promise<void> {
    await this.#tell({ call: "close" }, () => this.#inner.close());
  }

  async #tell<T>(call: About, work: () => Promise<T>): Promise<T> {
    const begunMs = this.#options.clock.monotonicMs();
    try {
      const result = await work();
      this.#told(call, begunMs, undefined);
      return result;
    } catch (error) {
      this.#told(call, begunMs, error);
      throw error;
    }
  }

  #told(call: About, begunMs: number, failed: unknown): void {
    const { clock, onCall } = this.#options;
    const error = failed === undefined ? {} : { error: isObhutError(failed) ? failed.code : "INTERRUPTED" };
    const ms = Math.round((clock.monotonicMs() - begunMs) * 10) / 10;
    onCall({ time: new Date(clock.nowMs()).toISOString(), location: this.location, ...call, ms, ...error });
  }
}

function about(call: TracedCall["call"], { type, name }: StorageFile, bytes?: number): About {
  return { call, file: type === "config" ? type : `${type}/${name}`, ...(bytes === undefined ? {} : { bytes }) };
}
