/** How a copy is laid out, as people name it: `data` (as the app has it), `tutorial`, or a folder for each part. */
import { type BytePath, bytePath, joinPath } from "../base/byte-path.ts";
import { snapshotData, snapshotDeployment, snapshotManifest, snapshotSecrets } from "../capture/layout.ts";
import { mainDatabase, uploadFolder, vectorFolder } from "../openwebui/parts.ts";
import { captureName } from "../plain/copy/copy-names.ts";
import type { CopyLayout, LayoutRule } from "../plain/copy/layout.ts";

export const defaultLayout = "data";
/** The folders of Open WebUI's own tutorial on backups. */
const tutorial = "database=main_database,vectors=ChromaDB,uploads=user_uploads,rest=other_files";

const partFolders = { database: mainDatabase, vectors: vectorFolder, uploads: uploadFolder } as const;

export interface LayoutChoice {
  readonly text: string;
  /** Keys and environment go with it. */
  readonly secrets: boolean;
}

/** Undefined where the text is none. */
export function parseLayout({ text, secrets }: LayoutChoice): CopyLayout | undefined {
  const data = text === defaultLayout ? asTheAppHasIt : parsePairs(text === "tutorial" ? tutorial : text);
  if (data === undefined) return undefined;
  const own = [{ from: snapshotManifest, to: captureName }];
  const keys = [
    { from: snapshotSecrets, to: bytePath("obhut-secrets") },
    { from: snapshotDeployment, to: bytePath("obhut-deployment") },
  ];
  return [...data, ...own, ...(secrets ? keys : [])];
}

const asTheAppHasIt: CopyLayout = [{ from: snapshotData, to: "" as BytePath }];

/** `part=folder,part=folder`; a part that is not named lies as the app has it. */
function parsePairs(text: string): CopyLayout | undefined {
  const rules = new Map<BytePath, LayoutRule>([[snapshotData, { from: snapshotData, to: "" as BytePath }]]);
  const taken = new Set<string>();
  for (const pair of text.split(",")) {
    const [, part = "", folder = ""] = /^(database|vectors|uploads|rest)=([^=,]+)$/.exec(pair) ?? [];
    const names = folder.split("/");
    const harmless = names.every((name) => name !== "" && name !== "." && name !== ".." && !name.startsWith("obhut-"));
    if (part === "" || !harmless || taken.has(part) || taken.has(folder)) return undefined;
    taken.add(part).add(folder);
    const rule = ruleOf(part as keyof typeof partFolders | "rest", bytePath(folder));
    rules.set(rule.from, rule);
  }
  return [...rules.values()];
}

function ruleOf(part: keyof typeof partFolders | "rest", to: BytePath): LayoutRule {
  if (part === "rest") return { from: snapshotData, to };
  const from = joinPath(snapshotData, partFolders[part]);
  return { from, to: part === "database" ? joinPath(to, mainDatabase) : to };
}
