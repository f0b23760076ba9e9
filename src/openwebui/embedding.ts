/** How the instance makes vectors: a restore with another model finds nothing, so the manifest names it. */
import type { Query } from "./query.ts";
import { readStoredConfig } from "./stored-config.ts";

export interface StoredEmbedding {
  /** `""` for the model that runs inside the app; else `openai`, `ollama`, `azure_openai` ... */
  readonly engine?: string;
  readonly model?: string;
}

export interface Embedding extends StoredEmbedding {
  /** Numbers in a vector, from Chroma's collections; several where the model was changed without a re-index. */
  readonly dimensions: readonly number[];
}

export async function readStoredEmbedding(query: Query): Promise<StoredEmbedding> {
  const stored = await readStoredConfig(query, ["rag.embedding_engine", "rag.embedding_model"]);
  return present(textOf(stored.get("rag.embedding_engine")), textOf(stored.get("rag.embedding_model")));
}

/** Stored settings win over the environment, as in the app (open_webui/config.py: the variables are defaults). */
export function embeddingOf(
  stored: StoredEmbedding,
  environment: ReadonlyMap<string, string>,
  dimensions: readonly number[],
): Embedding {
  const engine = stored.engine ?? environment.get("RAG_EMBEDDING_ENGINE");
  const model = stored.model ?? environment.get("RAG_EMBEDDING_MODEL");
  return { ...present(engine, model), dimensions: [...new Set(dimensions)].sort((a, b) => a - b) };
}

function present(engine: string | undefined, model: string | undefined): StoredEmbedding {
  return { ...(engine === undefined ? {} : { engine }), ...(model === undefined ? {} : { model }) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
