/**
 * Which release of Open WebUI this instance runs, from what lies around it. The image has /app/package.json two folders above
 * its data, a package has its metadata beside `open_webui` (whose data directory is open_webui/data unless told otherwise).
 * Source: open_webui/env.py (PACKAGE_DATA, DATA_DIR); the wheel's METADATA.
 */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AppProcess } from "./app-process.ts";
import type { SchemaRevision } from "./schema-revision.ts";

export interface AppVersion {
  readonly version: string;
  /** `exact`: read from the app itself. `at-least`: the oldest release that has this schema. */
  readonly certainty: "exact" | "at-least";
}

export interface VersionClues {
  readonly dataDir: string;
  readonly process?: AppProcess;
  readonly schema?: SchemaRevision;
}

/** Undefined where nothing tells. Never rejects. */
export async function findAppVersion(clues: VersionClues): Promise<AppVersion | undefined> {
  const roots = [dirname(clues.dataDir), dirname(dirname(clues.dataDir))];
  const { process } = clues;
  if (process !== undefined) roots.unshift(...processRoots(process));
  for (const root of roots) {
    const version = (await fromPackageJson(root)) ?? (await fromMetadata(root));
    if (version !== undefined) return { version, certainty: "exact" };
  }
  const atLeast = clues.schema?.atLeast;
  return atLeast === undefined ? undefined : { version: atLeast, certainty: "at-least" };
}

/** Seen through the process's own root, since it may live in a container. */
function processRoots(process: AppProcess): readonly string[] {
  const folder = `/proc/${process.pid}`;
  const roots = [`${folder}/cwd`, `${folder}/cwd/..`];
  // A virtual environment: .../bin/open-webui or .../bin/python beside .../lib/python3.x/site-packages.
  for (const word of process.commandLine.slice(0, 2)) {
    if (word.startsWith("/")) roots.push(join(`${folder}/root`, dirname(dirname(word)), "lib"));
  }
  return roots;
}

async function fromPackageJson(root: string): Promise<string | undefined> {
  try {
    const data: unknown = JSON.parse(await readFile(`${root}/package.json`, "utf8"));
    const { name, version } = data as { readonly name?: unknown; readonly version?: unknown };
    return name === "open-webui" && typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

/** In site-packages itself, or in a `lib` folder's python3.x/site-packages. */
async function fromMetadata(root: string): Promise<string | undefined> {
  for (const name of await readdir(root).catch(() => [])) {
    const version = /^open_webui-([0-9][^/]*)\.dist-info$/.exec(name)?.[1];
    if (version !== undefined) return version;
    const inner = /^python3\.\d+$/.test(name) ? await fromMetadata(`${root}/${name}/site-packages`) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
