/**
 * The schema of webui.db and what it tells of the app's version. Each revision is followed by the first release
 * that can hold it: the first one published on or after the day its migration (or an earlier one of the chain) was written.
 * Source: open_webui/migrations/versions and CHANGELOG.md of 0.12.4; two-factor sign-in, nested groups and the
 * histories came with 0.12.0 by its change log.
 */
import { type Query, tableNames, textIn } from "./query.ts";

/** In the order in which the app applies them. */
const revisions: readonly (readonly [revision: string, release: string])[] = [
  ["7e5b5dc7342b", "0.3.0"],
  ["ca81bd47c050", "0.3.16"],
  ["c0fbf31ca0db", "0.3.23"],
  ["6a39f3d8e55c", "0.3.31"],
  ["242a2047eae0", "0.3.33"],
  ["1af9b942657b", "0.3.33"],
  ["3ab32c4b8f59", "0.3.33"],
  ["c69f45358db4", "0.3.33"],
  ["c29facfe716b", "0.3.33"],
  ["af906e964978", "0.3.33"],
  ["4ace53fd72c8", "0.3.33"],
  ["922e7a387820", "0.4.0"],
  ["57c599a3cb57", "0.5.0"],
  ["7826ab40b532", "0.5.0"],
  ["3781e22d8b01", "0.5.3"],
  ["9f0c9cd09105", "0.6.6"],
  ["d31026856c01", "0.6.16"],
  ["018012973d35", "0.6.23"],
  ["3af16a1c9fb6", "0.6.23"],
  ["38d63c18f30f", "0.6.27"],
  ["a5c220713937", "0.6.32"],
  ["37f288994c47", "0.6.37"],
  ["2f1211949ecc", "0.6.41"],
  ["b10670c03dd5", "0.6.41"],
  ["90ef40d4714e", "0.6.41"],
  ["3e0e00844bb0", "0.6.41"],
  ["6283dc0e4d8d", "0.6.42"],
  ["81cc2ce44d79", "0.6.42"],
  ["c440947495f3", "0.6.42"],
  ["374d2f66af06", "0.8.0"],
  ["8452d01d26d7", "0.8.0"],
  ["f1e2d3c4b5a6", "0.8.0"],
  ["a1b2c3d4e5f6", "0.8.0"],
  ["b2c3d4e5f6a7", "0.8.1"],
  ["a3dd5bedd151", "0.9.0"],
  ["d4e5f6a7b8c9", "0.9.0"],
  ["b7c8d9e0f1a2", "0.9.0"],
  ["e1f2a3b4c5d6", "0.9.0"],
  ["c1d2e3f4a5b6", "0.9.0"],
  ["56359461a091", "0.9.0"],
  ["4de81c2a3af1", "0.9.3"],
  ["a0b1c2d3e4f5", "0.9.3"],
  ["3c9b0ca343fd", "0.9.6"],
  ["461111b60977", "0.9.6"],
  ["3ff2c63645b8", "0.10.0"],
  ["4c5ce3d2f27f", "0.10.0"],
  ["7b3f2a9c1d4e", "0.10.0"],
  ["42e2978c7933", "0.10.0"],
  ["856c5b02fb54", "0.11.0"],
  ["9a1b2c3d4e5f", "0.11.0"],
  ["c49178636c78", "0.11.0"],
  ["b0018471bbbe", "0.11.0"],
  ["55f1302ac17c", "0.11.0"],
  ["959eaac8f909", "0.11.0"],
  ["f0bd01a18a3d", "0.11.0"],
  ["1ce6ade7d93b", "0.11.1"],
  ["6d09d1bf1f23", "0.11.1"],
  ["d4c1a8e37b62", "0.11.1"],
  ["a7d3e9f2b641", "0.12.0"],
  ["b8e4f0a3c752", "0.12.0"],
  ["d6a8c3f912ab", "0.12.0"],
  ["e7b9d4a023bc", "0.12.0"],
  ["f8c0e5b134cd", "0.12.0"],
  ["b8f2c6d91a04", "0.12.0"],
  ["c92da83b017f", "0.12.0"],
  ["0bd252b206fb", "0.12.0"],
];

export interface SchemaRevision {
  /** As alembic_version holds it; `before-alembic` for databases of the app's first months. */
  readonly revision: string;
  /** Whether this list has it. One it has not was most likely made by a newer app. */
  readonly known: boolean;
  /** The app is of this release or newer. */
  readonly atLeast?: string;
}

/** Undefined where the database has no sign of Open WebUI's migrations. */
export async function readSchemaRevision(query: Query): Promise<SchemaRevision | undefined> {
  const tables = await tableNames(query);
  if (!tables.has("alembic_version")) {
    return tables.has("migratehistory") ? { revision: "before-alembic", known: true } : undefined;
  }
  const revision = textIn((await query("SELECT version_num FROM alembic_version LIMIT 1"))[0], "version_num");
  return revision === undefined ? undefined : describeRevision(revision);
}

export function describeRevision(revision: string): SchemaRevision {
  const release = revisions.find(([name]) => name === revision)?.[1];
  return release === undefined ? { revision, known: false } : { revision, known: true, atLeast: release };
}
