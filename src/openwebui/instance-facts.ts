/** What webui.db tells of an instance, all of it from one state of the database. */

import { readStoredEmbedding, type StoredEmbedding } from "./embedding.ts";
import { type FileRow, readFileRows } from "./file-rows.ts";
import type { Query } from "./query.ts";
import { readSchemaRevision, type SchemaRevision } from "./schema-revision.ts";
import { countTables, type TableCounts } from "./tables.ts";

export interface InstanceFacts {
  readonly schema?: SchemaRevision;
  readonly counts: TableCounts;
  readonly embedding: StoredEmbedding;
  readonly fileRows: readonly FileRow[];
}

/** `query` must answer from the very transaction that is captured. */
export async function readInstanceFacts(query: Query): Promise<InstanceFacts> {
  const schema = await readSchemaRevision(query);
  return {
    ...(schema === undefined ? {} : { schema }),
    counts: await countTables(query),
    embedding: await readStoredEmbedding(query),
    fileRows: await readFileRows(query),
  };
}
