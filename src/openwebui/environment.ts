/**
 * What the app's environment moves out of the data directory, and so out of what is captured here.
 * Source: open_webui/env.py (DATABASE_*), config.py (VECTOR_DB, CHROMA_HTTP_HOST, STORAGE_PROVIDER), retrieval/vector/type.py.
 */
import { type Finding, finding } from "../base/finding-codes.ts";
import type { Part } from "./parts.ts";

export type Environment = ReadonlyMap<string, string>;

/** The variables that decide it, and those that name the embedding. */
export const placeNames = [
  "DATABASE_URL",
  "DATABASE_TYPE",
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "VECTOR_DB",
  "USE_SLIM",
  "CHROMA_HTTP_HOST",
  "STORAGE_PROVIDER",
  "UPLOAD_DIR",
  "DATA_DIR",
  "RAG_EMBEDDING_ENGINE",
  "RAG_EMBEDDING_MODEL",
] as const;

/** Where the official image keeps its data. Source: Open WebUI's Dockerfile and env.py. */
const imageDataDirectory = "/app/backend/data";

/**
 * Findings for each part that lies elsewhere; empty where all of it is in the data directory. `dataDirectory` is its path on this machine,
 * which the app may see at another one. Never names a password.
 */
export function uncovered(
  environment: Environment,
  parts: ReadonlySet<Part>,
  dataDirectory: string,
): readonly Finding[] {
  const homes = [environment.get("DATA_DIR") || imageDataDirectory, dataDirectory].map(withoutSlash);
  const findings: Finding[] = [];
  const database = parts.has("database") ? databaseElsewhere(environment, homes) : undefined;
  if (database !== undefined) findings.push(finding("DATABASE_NOT_COVERED", { store: database }));
  const vectors = parts.has("vectors") ? vectorsElsewhere(environment) : undefined;
  if (vectors !== undefined) findings.push(finding("VECTORS_NOT_COVERED", { store: vectors }));
  const uploads = parts.has("uploads") ? uploadsElsewhere(environment, homes) : undefined;
  if (uploads !== undefined) findings.push(finding("UPLOADS_NOT_COVERED", { store: uploads }));
  return findings;
}

/** DATABASE_TYPE wins over DATABASE_URL only where all of its companions are set (open_webui/env.py). */
function databaseElsewhere(environment: Environment, homes: readonly string[]): string | undefined {
  const url = environment.get("DATABASE_URL");
  const type = environment.get("DATABASE_TYPE");
  const assembled = ["DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME"].every((name) => environment.get(name));
  if (type && assembled && !type.startsWith("sqlite")) {
    return `${type}://${environment.get("DATABASE_HOST")}/${environment.get("DATABASE_NAME")}`;
  }
  if (!url) return undefined;
  const scheme = /^([a-z0-9]+)(\+[a-z0-9]+)?:/i.exec(url)?.[1]?.toLowerCase() ?? "?";
  if (scheme !== "sqlite") return withoutSecrets(url, scheme);
  // SQLAlchemy: three slashes, then the path, which has one of its own where it is absolute.
  const path = url
    .slice(url.indexOf(":") + 1)
    .replace(/[?#].*$/, "")
    .replace(/^\/\/\//, "");
  // What a relative one is relative to, nobody here knows.
  if (!path.startsWith("/")) return path.endsWith("webui.db") ? undefined : path;
  return homes.some((home) => path === `${home}/webui.db`) ? undefined : path;
}

function withoutSlash(folder: string): string {
  return folder.length > 1 ? folder.replace(/\/+$/, "") : folder;
}

/** Scheme, host and database: never the user, the password, or parameters that may hold one. */
function withoutSecrets(url: string, scheme: string): string {
  const [, host = "", name = ""] = /:\/\/(?:[^@/]*@)?([^/?#]*)\/?([^?#]*)/.exec(url) ?? [];
  return host === "" ? `${scheme}:` : `${scheme}://${host.slice(host.lastIndexOf("@") + 1)}/${name}`;
}

function vectorsElsewhere(environment: Environment): string | undefined {
  const slim = environment.get("USE_SLIM")?.toLowerCase() === "true";
  const store = environment.get("VECTOR_DB") || (slim ? "pgvector" : "chroma");
  if (store.toLowerCase() !== "chroma") return store;
  const host = environment.get("CHROMA_HTTP_HOST");
  return host ? `chroma, ${host}` : undefined;
}

function uploadsElsewhere(environment: Environment, homes: readonly string[]): string | undefined {
  const provider = environment.get("STORAGE_PROVIDER");
  if (provider && provider !== "local") return provider;
  const folder = environment.get("UPLOAD_DIR");
  return folder && !homes.some((home) => withoutSlash(folder) === `${home}/uploads`) ? folder : undefined;
}
