/** An instance whose data changes by a seed: some files, each small enough that no reading thread is started. */
import { type BytePath, bytePath } from "../../src/base/byte-path.ts";
import type { SourceEntry } from "../../src/repository/source-entry.ts";
import type { Seeded } from "../crash/seeded.ts";

/** Bytes by path: what a snapshot must give back. */
export type Contents = ReadonlyMap<BytePath, Buffer>;

const fileCount = 12;
const maxFileBytes = 60_000;

export class SimulatedInstance {
  readonly name: string;
  readonly #random: Seeded;
  readonly #files = new Map<BytePath, { readonly bytes: Buffer; readonly mtimeNs: bigint }>();
  #version = 0n;

  constructor(name: string, random: Seeded) {
    this.name = name;
    this.#random = random;
    for (let file = 0; file < fileCount; file++) this.#write(file);
  }

  get contents(): Contents {
    return new Map([...this.#files].map(([path, { bytes }]) => [path, bytes]));
  }

  /** A little use: a few files written anew, perhaps one gone. Instances share some content. */
  use(): void {
    for (let change = this.#random.below(4); change >= 0; change--) this.#write(this.#random.below(fileCount));
    if (this.#random.below(4) === 0) this.#files.delete(pathOf(this.#random.below(fileCount)));
  }

  async *entries(): AsyncGenerator<SourceEntry> {
    for (const [path, { bytes, mtimeNs }] of [...this.#files]) {
      const times = { mtimeNs, atimeNs: mtimeNs, ctimeNs: mtimeNs };
      const owner = { uid: 1000, gid: 1000, user: "ada", group: "ada" };
      const identity = { inode: 7n, deviceId: 1n, sizeBytes: bytes.length, links: 1 };
      const meta = { kind: "file", mode: 0o644, ...times, ...owner, ...identity } as const;
      yield { path, meta, content: { kind: "bytes", bytes }, changes: "whole", pinned: true };
    }
  }

  #write(file: number): void {
    const length = this.#random.below(maxFileBytes);
    // Half of all files come from a few contents that any instance may have, so that blobs are shared.
    const shared = this.#random.below(2) === 0;
    const bytes = shared ? Buffer.alloc(length % 5 === 0 ? 0 : 20_000, length % 7) : this.#random.bytes(length);
    this.#version += 1n;
    const mtimeNs = 1_600_000_000_000_000_000n + this.#version * 1_000_000_000n;
    this.#files.set(pathOf(file), { bytes, mtimeNs });
  }
}

function pathOf(file: number): BytePath {
  return bytePath(`/data/folder ${file % 3}/file ${file}`);
}
