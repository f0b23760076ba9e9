/**
 * What chroma.sqlite3 tells of its collections and segments. Source: chroma's migrations (sysdb, metadb,
 * embeddings_queue) in chromadb 0.4 to 1.5; a table or column that a version does not have is treated as empty.
 */
import { numberIn, type Query, tableNames, textIn } from "../query.ts";

export interface VectorSegment {
  /** Also the name of its folder. */
  readonly id: string;
  readonly collection: string;
  readonly dimension?: number;
  /** Whether Chroma has noted how far into its log this segment was written. */
  readonly written: boolean;
}

export interface ChromaCounts {
  readonly collections: number;
  readonly embeddings: number;
  /** Entries of the log that some segment may not have yet. */
  readonly logEntries: number;
}

export async function countChroma(query: Query): Promise<ChromaCounts> {
  const tables = await tableNames(query);
  const count = async (table: string): Promise<number> =>
    tables.has(table) ? (numberIn((await query(`SELECT count(*) AS n FROM "${table}"`))[0], "n") ?? 0) : 0;
  return {
    collections: await count("collections"),
    embeddings: await count("embeddings"),
    logEntries: await count("embeddings_queue"),
  };
}

/** Only segments of the kind that has a folder. Quick: it is asked while Chroma waits. */
export async function readVectorSegments(query: Query): Promise<readonly VectorSegment[]> {
  const tables = await tableNames(query);
  if (!tables.has("segments") || !tables.has("collections")) return [];
  const written = tables.has("max_seq_id") ? "EXISTS (SELECT 1 FROM max_seq_id m WHERE m.segment_id = s.id)" : "0";
  const rows = await query(
    `SELECT s.id AS id, coalesce(c.name, s.collection) AS name, c.dimension AS dimension, ${written} AS written ` +
      "FROM segments s LEFT JOIN collections c ON c.id = s.collection " +
      "WHERE s.type = 'urn:chroma:segment/vector/hnsw-local-persisted'",
  );
  return rows.flatMap((row) => {
    const id = textIn(row, "id");
    const dimension = numberIn(row, "dimension");
    if (id === undefined) return [];
    return {
      id,
      collection: textIn(row, "name") ?? "",
      written: numberIn(row, "written") === 1,
      ...(dimension === undefined ? {} : { dimension }),
    };
  });
}
