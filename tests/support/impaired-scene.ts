/** A small repository of which some files cannot be read, or come otherwise than they lie there. */
import { ObhutError } from "../../src/base/errors.ts";
import { MemoryStorage } from "../../src/storage/memory/memory-storage.ts";
import type { ByteRange, StorageFile } from "../../src/storage/storage.ts";
import { copyInto, type Scene } from "./repair-scene.ts";

export type Answer = (bytes: Uint8Array<ArrayBuffer>, range?: ByteRange) => Uint8Array<ArrayBuffer>;

/** Readings of some files come to be what a test wants of them. */
export class ImpairedStorage extends MemoryStorage {
  readonly answers = new Map<string, Answer>();

  override async load(file: StorageFile, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await super.load(file, range);
    return this.answers.get(`${file.type}/${file.name}`)?.(bytes, range) ?? bytes;
  }
}

export function impaired(): Scene & { readonly answers: Map<string, Answer> } {
  const storage = new ImpairedStorage();
  return { ...copyInto(storage), answers: storage.answers };
}

export function failed(code: string): ObhutError {
  const cause = Object.assign(new Error(`${code}: planted`), { code });
  return new ObhutError("STORAGE_FAILED", { location: "memory", action: "read", reason: cause.message }, { cause });
}

export const denied: Answer = () => {
  throw failed("EACCES");
};

/** The first reading is wrong in one bit, the next ones are right. */
export function wrongOnce(): Answer {
  let wrong = true;
  return (bytes) => {
    if (wrong) bytes[20] = (bytes[20] ?? 0) ^ 1;
    wrong = false;
    return bytes;
  };
}
