/**
 * Whether the files of one HNSW segment are an index that Chroma loads and can answer from. Chroma rewrites them in place
 * (header, level 0, lengths, upper links, then the names), so files caught half-way look whole from outside.
 *
 * What is checked is what loading and searching rely on: sizes, names equal to the labels in use, every link within
 * range and on a level that exists. Sources: chroma's rust/segment/src/local_hnsw.rs (`from_segment`, `persist`), and
 * chroma-core/hnswlib's hnswlib/hnswalg.h (`persistDirty`, `readPersistedIndexFromStreams`, `loadLinkLists`, `searchKnn`).
 *
 * An update of vectors whose links were half written can't be told from a whole one, and need not: Chroma's
 * log still holds those updates (max_seq_id is written last), and applies them again.
 */
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../base/errors.ts";
import { type Reason, reason } from "../../base/reason-codes.ts";
import { readHnswHeader } from "./hnsw-header.ts";
import { type IdMap, readIdMap } from "./id-map.ts";
import { LabelSet } from "./label-set.ts";
import { readLevel0 } from "./level0.ts";
import { PickleError } from "./pickle.ts";
import { TornSegment, torn } from "./torn-segment.ts";
import { readUpperLinks } from "./upper-links.ts";

/** More than the names of 20 million vectors; a file above it is not read. */
const maxPickleBytes = 1 << 30;

export type SegmentState =
  | { readonly kind: "whole"; readonly elements: number; readonly deleted: number }
  /** Chroma has written no index here yet; the vectors are in its log. */
  | { readonly kind: "unwritten" }
  | { readonly kind: "torn"; readonly reason: Reason };

export interface SegmentExpectation {
  /** Numbers in each vector, where the collection tells. */
  readonly dimension?: number;
  /** Whether chroma.sqlite3 says that this segment was written (a row in max_seq_id). */
  readonly written: boolean;
}

/** `folder` must not change meanwhile. Rejects only where the disk fails; a missing file is a state. */
export async function validateSegment(folder: string, expected: SegmentExpectation): Promise<SegmentState> {
  try {
    const names = await readNames(folder);
    if (names === undefined || names.labels.length === 0) return withoutNames(names, expected);
    return await validateIndex(folder, names, expected.dimension);
  } catch (error) {
    if (error instanceof TornSegment) return { kind: "torn", reason: error.reason };
    if (error instanceof PickleError)
      return { kind: "torn", reason: reason("segmentNames", { detail: error.message }) };
    if (systemCode(error) === "ENOENT") return { kind: "torn", reason: reason("segmentFileMissing", {}) };
    throw error;
  }
}

/** Chroma begins such a segment anew from its log; nothing is lost unless the log was emptied after a write. */
function withoutNames(names: IdMap | undefined, expected: SegmentExpectation): SegmentState {
  if (names === undefined && expected.written) {
    return { kind: "torn", reason: reason("segmentNamesMissing", {}) };
  }
  return { kind: "unwritten" };
}

async function readNames(folder: string): Promise<IdMap | undefined> {
  const path = join(folder, "index_metadata.pickle");
  const size = await stat(path).then(
    (found) => found.size,
    (error: unknown) => (systemCode(error) === "ENOENT" ? undefined : Promise.reject(error)),
  );
  if (size === undefined) return undefined;
  if (size > maxPickleBytes) throw torn("segmentFileLarge", { file: "index_metadata.pickle", sizeBytes: size });
  return readIdMap(await readFile(path));
}

async function validateIndex(folder: string, names: IdMap, dimension: number | undefined): Promise<SegmentState> {
  const header = readHnswHeader(await readFile(join(folder, "header.bin")), dimension);
  if (header.elements === 0) throw torn("segmentCounts", { vectors: 0, names: names.labels.length });
  const lengthBytes = (await stat(join(folder, "length.bin"))).size;
  if (lengthBytes < header.elements * 4) throw torn("segmentFileShort", { file: "length.bin", sizeBytes: lengthBytes });
  const levels = readUpperLinks(await readFile(join(folder, "link_lists.bin")), header);
  await using data = await open(join(folder, "data_level0.bin"), "r");
  const level0 = await readLevel0(data, header, names.totalElementsAdded);
  if (levels.maxLevel !== header.maxLevel || levels.enterPointLevel !== header.maxLevel) {
    throw torn("segmentLevels", { header: header.maxLevel, links: levels.maxLevel });
  }
  sameLabels(names, level0.live);
  return { kind: "whole", elements: header.elements, deleted: level0.deleted };
}

/** Every name has a vector, and every vector that is not deleted has a name. */
function sameLabels({ labels, totalElementsAdded }: IdMap, live: LabelSet): void {
  const named = new LabelSet(totalElementsAdded);
  for (const label of labels) {
    if (!live.has(label)) throw torn("segmentNoVector", { label });
    if (!named.add(label)) throw torn("segmentTwoNames", {});
  }
  if (labels.length !== live.size) throw torn("segmentCounts", { vectors: live.size, names: labels.length });
}
