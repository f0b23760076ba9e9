/** A pack that is ready to be saved, for one destination. */
export interface FilledPack {
  readonly target: number;
  /** The pack is its first `bytes`; in a dry run there is none. */
  readonly buffer: SharedArrayBuffer | undefined;
  readonly bytes: number;
  /** SHA-256 of those bytes, hex; empty in a dry run. */
  readonly id: string;
  /** Its entries before they were sealed. */
  readonly header: Uint8Array;
  readonly blobs: number;
  /** Bytes of the blobs before compression. */
  readonly plainBytes: number;
}
