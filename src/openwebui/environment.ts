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

/** Findings for each part that lies elsewhere; empty where all of it is in the data directory. Never names a password. */
export function uncovered(environment: Environment, parts: ReadonlySet<Part>): readonly Finding[] {
  const findings: Finding[] = [];
  const database = parts.has("database") ? databaseElsewhere(environment) : undefined;
  if (database !== undefined) findings.push(finding("DATABASE_NOT_COVERED", { store: database }));
  const vectors = parts.has("vectors") ? vectorsElsewhere(environment) : undefined;
  if (vectors !== undefined) findings.push(finding("VECTORS_NOT_COVERED", { store: vectors }));
  const uploads = parts.has("uploads") ? uploadsElsewhere(environment) : undefined;
  if (uploads !== undefined) findings.push(finding("UPLOADS_NOT_COVERED", { store: uploads }));
  return findings;
}

/** DATABASE_TYPE wins over DATABASE_URL only where all of its companions are set (open_webui/env.py). */
function databaseElsewhere(environment: Environment): string | undefined {
  const url = environment.get("DATABASE_URL");
  const type = environment.get("DATABASE_TYPE");
  const assembled = ["DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME"].every((name) => environment.get(name));
  if (type && assembled && !type.startsWith("sqlite")) {
    return `${type}://${environment.get("DATABASE_HOST")}/${environment.get("DATABASE_NAME")}`;
  }
  if (!url) return undefined;
  const scheme = /^([a-z0-9]+)(\+[a-z0-9]+)?:/i.exec(url)?.[1]?.toLowerCase() ?? "?";
  if (scheme !== "sqlite") return withoutSecrets(url, scheme);
  const path = url.slice(url.indexOf(":") + 1).replace(/[?#].*$/, "");
  return path.endsWith("/webui.db") ? undefined : path.replace(/^\/\/\//, "");
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

function uploadsElsewhere(environment: Environment): string | undefined {
  const provider = environment.get("STORAGE_PROVIDER");
  if (provider && provider !== "local") return provider;
  const folder = environment.get("UPLOAD_DIR");
  const data = environment.get("DATA_DIR") ?? "/app/backend/data";
  return folder && folder.replace(/\/+$/, "") !== `${data.replace(/\/+$/, "")}/uploads` ? folder : undefined;
}
