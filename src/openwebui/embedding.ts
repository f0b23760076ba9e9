/** How the instance makes vectors: a restore with another model finds nothing, so the manifest names it. */
import type { Query } from "./query.ts";
import { readStoredConfig } from "./stored-config.ts";

export interface Embedding {
  /** `""` for the model that runs inside the app; else `openai`, `ollama`, `azure_openai` ... */
  readonly engine?: string;
  readonly model?: string;
  /** Numbers in a vector, from Chroma's collections; several where the model was changed without a re-index. */
  readonly dimensions: readonly number[];
}

/**
 * Stored settings win over the environment, as in the app (open_webui/config.py: the variables are defaults). `dimensions`
 * are those of Chroma's collections.
 */
export async function readEmbedding(
  query: Query,
  environment: ReadonlyMap<string, string>,
  dimensions: readonly number[],
): Promise<Embedding> {
  const stored = await readStoredConfig(query, ["rag.embedding_engine", "rag.embedding_model"]);
  const engine = textOf(stored.get("rag.embedding_engine")) ?? environment.get("RAG_EMBEDDING_ENGINE");
  const model = textOf(stored.get("rag.embedding_model")) ?? environment.get("RAG_EMBEDDING_MODEL");
  return {
    ...(engine === undefined ? {} : { engine }),
    ...(model === undefined ? {} : { model }),
    dimensions: [...new Set(dimensions)].sort((a, b) => a - b),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
