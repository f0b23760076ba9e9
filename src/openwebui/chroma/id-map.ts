/**
 * What Chroma keeps beside an HNSW index to name its vectors: `index_metadata.pickle`.
 * Source: chroma's rust/segment/src/local_hnsw.rs, `IdMap`; chromadb's local_persistent_hnsw.py, `PersistentData`.
 */
import { highestLabelBelow } from "./label-set.ts";
import { isInteger, isNone, type Pickle, PickleError, type PickleValue, readPickle } from "./pickle.ts";

export interface IdMap {
  /** The highest label ever given; labels count from 1. */
  readonly totalElementsAdded: number;
  /** Written by older versions only; now a row of `max_seq_id`. */
  readonly maxSeqId?: number;
  /** The label of each vector that has a name. */
  readonly labels: readonly number[];
}

/** Throws PickleError for what Chroma would not load, or would load with names that contradict each other. */
export function readIdMap(bytes: Uint8Array): IdMap {
  const pickle = readPickle(bytes);
  const fields = fieldsOf(pickle);
  const totalElementsAdded = fields.get("total_elements_added");
  if (totalElementsAdded === undefined || !isInteger(totalElementsAdded)) throw new PickleError("it has no count");
  if (totalElementsAdded >= highestLabelBelow) throw new PickleError(`it counts ${totalElementsAdded} vectors`);
  const idToLabel = entriesOf(pickle, fields, "id_to_label");
  const labelToId = entriesOf(pickle, fields, "label_to_id");
  entriesOf(pickle, fields, "id_to_seq_id");
  const forward = digestOfPairs(pickle, idToLabel, 0);
  const backward = digestOfPairs(pickle, labelToId, 1);
  if (idToLabel.length !== labelToId.length || forward.digest !== backward.digest) {
    throw new PickleError("its two maps contradict each other");
  }
  const maxSeqId = fields.get("max_seq_id");
  return {
    totalElementsAdded,
    labels: forward.labels,
    ...(maxSeqId !== undefined && isInteger(maxSeqId) ? { maxSeqId } : {}),
  };
}

function fieldsOf(pickle: Pickle): Map<string, PickleValue> {
  const entries = pickle.entriesOf(pickle.root);
  if (entries === undefined) throw new PickleError("it is no dict");
  const fields = new Map<string, PickleValue>();
  for (let i = 0; i + 1 < entries.length; i += 2) {
    const key = pickle.textOf(entries[i] ?? 0);
    if (key !== undefined) fields.set(Buffer.from(key).toString("utf8"), entries[i + 1] ?? 0);
  }
  return fields;
}

function entriesOf(pickle: Pickle, fields: ReadonlyMap<string, PickleValue>, name: string): readonly PickleValue[] {
  const value = fields.get(name);
  if (name === "id_to_seq_id" && (value === undefined || isNone(value))) return [];
  const entries = value === undefined ? undefined : pickle.entriesOf(value);
  if (entries === undefined) throw new PickleError(`it has no ${name}`);
  return entries;
}

/**
 * The labels, and a sum over a hash of each (id, label): two maps are each other's inverse when their sums are
 * equal. A sum needs no second map in memory, and no order.
 */
function digestOfPairs(
  pickle: Pickle,
  entries: readonly PickleValue[],
  labelAt: 0 | 1,
): { readonly labels: readonly number[]; readonly digest: string } {
  const labels: number[] = [];
  let low = 0;
  let high = 0;
  for (let i = 0; i + 1 < entries.length; i += 2) {
    const [first = -1, second = -1] = [entries[i], entries[i + 1]];
    const label = labelAt === 1 ? first : second;
    const id = pickle.textOf(labelAt === 1 ? second : first);
    if (id === undefined || !isInteger(label)) throw new PickleError("a map entry is no pair of id and label");
    labels.push(label);
    low = (low + fnv1a(id, label)) >>> 0;
    high = (high + fnv1a(id, ~label)) >>> 0;
  }
  return { labels, digest: `${low}:${high}` };
}

/** 32-bit FNV-1a over the id's bytes, begun from the label. */
function fnv1a(bytes: Uint8Array, label: number): number {
  let hash = Math.imul(label ^ 0x811c9dc5, 0x01000193);
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return hash >>> 0;
}
