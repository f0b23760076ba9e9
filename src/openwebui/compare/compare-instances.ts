/** Two states of an instance's database, compared in the app's own terms. */
import type { Query } from "../query.ts";
import { compareRows, type RowDifference } from "./compare-rows.ts";
import { compareSettings, type DifferentSetting } from "./compare-settings.ts";
import { type ComparedKind, comparedKinds, type KindName, kindNames } from "./compared-kinds.ts";
import { readSchemas } from "./two-schemas.ts";

export interface KindDifference extends RowDifference {
  readonly kind: KindName;
}

export interface InstanceDifference {
  /** One for each kind that either has. */
  readonly kinds: readonly KindDifference[];
  readonly settings: readonly DifferentSetting[];
}

/** `query` asks a connection that has the databases attached as `older` and `newer`, and may make temporary tables. */
export async function compareInstances(query: Query, listed: number): Promise<InstanceDifference> {
  const schemas = await readSchemas(query);
  const kinds: KindDifference[] = [];
  for (const kind of kindNames) {
    const compared: ComparedKind = comparedKinds[kind];
    const difference = await compareRows(query, compared, { schemas, listed });
    if (difference !== undefined) kinds.push({ kind, ...difference });
  }
  return { kinds, settings: (await compareSettings(query, schemas)) ?? [] };
}
