/** Drives a zlib stream's insides by hand, many frames with one context (docs/decisions/0201-zstd-through-zlibs-handle.md). */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** A stream object of zlib, driven without its stream: reset, then all of the input in one call. */
export interface Handle {
  run(input: Uint8Array, out: Uint8Array): { readonly taken: number; readonly made: number };
}

/** What Node keeps inside a zlib stream. Not public: every use is guarded by its shape and by a round trip. */
interface StreamInsides {
  readonly _handle?: {
    reset?(): void;
    // biome-ignore format: as in node's lib/zlib.js
    writeSync?(flush: number, input: Uint8Array, inAt: number, inBytes: number, out: Uint8Array, outAt: number, outBytes: number): void;
    onerror?: (message: string, errno: number, code: string) => void;
  };
  /** After a write: bytes of room left in the output, bytes of input not taken. */
  readonly _writeState?: Uint32Array;
}

export function openHandle(create: () => unknown): Handle | undefined {
  const { _handle: handle, _writeState: state } = create() as StreamInsides;
  if (handle === undefined || typeof handle.reset !== "function" || typeof handle.writeSync !== "function") {
    return undefined;
  }
  if (!(state instanceof Uint32Array) || state.length !== 2) return undefined;
  const { reset, writeSync } = handle;
  let failure: string | undefined;
  handle.onerror = (message, _errno, code) => {
    failure = `${code}: ${message}`;
  };
  return {
    run(input, out) {
      failure = undefined;
      reset.call(handle);
      writeSync.call(handle, constants.ZSTD_e_end, input, 0, input.length, out, 0, out.length);
      if (failure !== undefined) throw new Error(`zstd failed: ${failure}`);
      return { taken: input.length - (state[1] ?? 0), made: out.length - (state[0] ?? 0) };
    },
  };
}

/** Whether what comes out is one whole frame, twice in a row, and a full output is noticed. */
export function compressesWhole(stream: Handle): boolean {
  const sample = Buffer.from("never success for what was not read ".repeat(40));
  const out = Buffer.alloc(sample.length);
  try {
    for (let round = 0; round < 2; round++) {
      const { taken, made } = stream.run(sample, out);
      if (taken !== sample.length || !zstdDecompressSync(out.subarray(0, made)).equals(sample)) return false;
    }
    return stream.run(sample, out.subarray(0, 8)).made === 8;
  } catch {
    return false;
  }
}

/** The same of decompressing. */
export function decompressesWhole(stream: Handle): boolean {
  const sample = Buffer.from("never success for what was not read ".repeat(40));
  const frame = zstdCompressSync(sample);
  const out = Buffer.alloc(sample.length + 1);
  try {
    for (let round = 0; round < 2; round++) {
      const { made } = stream.run(frame, out);
      if (made !== sample.length || !out.subarray(0, made).equals(sample)) return false;
    }
    return true;
  } catch {
    return false;
  }
}
