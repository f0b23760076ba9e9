/** What webui.db tells, or told already where neither it nor the uploads have changed since the parent snapshot. */
import type { FileRow } from "../openwebui/file-rows.ts";
import type { InstanceFacts } from "../openwebui/instance-facts.ts";
import { mainDatabase } from "../openwebui/parts.ts";
import { dataPath } from "./layout.ts";
import type { Manifest } from "./manifest.ts";
import { type PinnedDatabase, readFacts } from "./pinned-database.ts";

export interface MomentFacts extends Omit<InstanceFacts, "fileRows"> {
  /** Absent where they and the uploads are those of the parent. */
  readonly fileRows?: readonly FileRow[];
}

export async function momentFacts(
  database: PinnedDatabase,
  uploads: string,
  parent: Manifest | undefined,
): Promise<MomentFacts> {
  return (parent && factsOfParent(database, uploads, parent)) ?? (await readFacts(database));
}

function factsOfParent(database: PinnedDatabase, uploads: string, parent: Manifest): MomentFacts | undefined {
  const before = parent.states[dataPath(mainDatabase)];
  if (before !== database.captured.state || parent.uploadsDigest !== uploads) return undefined;
  const { schema, counts, embedding } = parent;
  if (embedding === undefined) return undefined;
  const { dimensions: _, ...stored } = embedding;
  return { ...(schema === undefined ? {} : { schema }), counts, embedding: stored };
}
