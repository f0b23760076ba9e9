/** Where a captured database's bytes lie. Plain data that crosses threads; paths are absolute paths of this machine. */
import type { BytePath } from "../../base/byte-path.ts";

export type DatabaseContent =
  /** The file as it lies there. */
  | { readonly kind: "file"; readonly path: BytePath }
  /** Its first `sizeBytes`. */
  | { readonly kind: "prefix"; readonly path: BytePath; readonly sizeBytes: number }
  /** Page i lies at `offsets[i]` of `patch` (the -wal), or, where that is -1, at `i * blockBytes` of `base`. */
  | {
      readonly kind: "patched";
      readonly base: BytePath;
      readonly patch: BytePath;
      readonly blockBytes: number;
      readonly offsets: Float64Array<SharedArrayBuffer>;
    };
