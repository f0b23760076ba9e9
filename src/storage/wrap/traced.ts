/** A storage that tells of each call: what, for how long, how it ended. For whoever looks for the slow or the failing one. */
import type { Clock } from "../../base/clock.ts";
import { isObhutError } from "../../base/errors.ts";
import { loadInto } from "../load-into.ts";
import type { ByteRange, FileType, Load, SharedBytes, Storage, StorageFile, StoredFile } from "../storage.ts";

/** No content, no key and no password: a location shows none. */
export interface TracedCall {
  readonly time: string;
  readonly location: string;
  readonly call:
    | ("create" | "save" | "load" | "sizeOf" | "list" | "remove" | "extend" | "close")
    | (
        | "read"
        | "write"
        | "look"
        | "rename"
        | "link"
        | "duplicate"
        | "makeFolder"
        | "renameFolder"
        | "removeFolder"
        | "tidy"
      );
  /** `data/0123...`, the type that is listed, or a path of a place for plain copies. */
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
  readonly #teller: CallTeller;

  constructor(inner: Storage, options: TraceOptions) {
    this.location = inner.location;
    this.connections = inner.connections;
    this.#inner = inner;
    this.#teller = callTeller(inner.location, options);
    const extend = inner.extend?.bind(inner);
    if (extend)
      this.extend = (file, at, signal) => this.#teller.tell(about("extend", file), () => extend(file, at, signal));
  }

  async create(): Promise<void> {
    await this.#teller.tell({ call: "create" }, () => this.#inner.create());
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#teller.tell(about("save", file, bytes.length), () => this.#inner.save(file, bytes, signal));
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#teller.tell(about("load", file, range?.length), () => this.#inner.load(file, range, signal));
  }

  async loadInto(load: Load, memory: SharedBytes): Promise<SharedBytes> {
    const { file, range } = load;
    return await this.#teller.tell(about("load", file, range.length), () => loadInto(this.#inner, load, memory));
  }

  async doubt(file: StorageFile, range: ByteRange): Promise<boolean> {
    return (await this.#inner.doubt?.(file, range)) ?? false;
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    return await this.#teller.tell(about("sizeOf", file), () => this.#inner.sizeOf(file));
  }

  list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    return this.#teller.tellAll({ call: "list", file: type }, this.#inner.list(type, signal));
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#teller.tell(about("remove", file), () => this.#inner.remove(file));
  }

  async close(): Promise<void> {
    await this.#teller.tell({ call: "close" }, () => this.#inner.close());
  }
}

/** Tells of calls to one place. */
export interface CallTeller {
  tell<T>(call: About, work: () => Promise<T>): Promise<T>;
  /** Until the last was taken: whoever takes them slowly makes it long. */
  tellAll<T>(call: About, parts: AsyncIterable<T>): AsyncGenerator<T>;
}

export function callTeller(location: string, { clock, onCall }: TraceOptions): CallTeller {
  const told = (call: About, begunMs: number, failed: unknown): void => {
    const error = failed === undefined ? {} : { error: isObhutError(failed) ? failed.code : "INTERRUPTED" };
    const ms = Math.round((clock.monotonicMs() - begunMs) * 10) / 10;
    onCall({ time: new Date(clock.nowMs()).toISOString(), location, ...call, ms, ...error });
  };
  return {
    async tell(call, work) {
      const begunMs = clock.monotonicMs();
      try {
        const result = await work();
        told(call, begunMs, undefined);
        return result;
      } catch (error) {
        told(call, begunMs, error);
        throw error;
      }
    },
    async *tellAll(call, parts) {
      const begunMs = clock.monotonicMs();
      let failed: unknown;
      try {
        yield* parts;
      } catch (error) {
        failed = error;
        throw error;
      } finally {
        told(call, begunMs, failed);
      }
    },
  };
}

function about(call: TracedCall["call"], { type, name }: StorageFile, bytes?: number): About {
  return { call, file: type === "config" ? type : `${type}/${name}`, ...(bytes === undefined ? {} : { bytes }) };
}
