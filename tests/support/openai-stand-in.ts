/**
 * A server that speaks as much of OpenAI's API as Open WebUI uses: models, embeddings, chat completions, plain and
 * streamed. The same text always gets the same answer, and texts that share words get vectors near to each other.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const embeddingDimension = 384;
export const modelName = "stand-in";

export interface OpenAiStandIn extends AsyncDisposable {
  /** Without a slash at its end, as OPENAI_API_BASE_URL wants it. */
  readonly baseUrl: string;
}

export async function startOpenAiStandIn(): Promise<OpenAiStandIn> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface CompletionRequest {
  readonly stream?: boolean;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const json = (value: unknown): void => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
  switch (`${request.method} ${request.url}`) {
    case "GET /v1/models":
      return json({ object: "list", data: [{ id: modelName, object: "model", owned_by: "tests" }] });
    case "POST /v1/embeddings": {
      const { input } = (await body(request)) as { input: string | string[] };
      const texts = typeof input === "string" ? [input] : input;
      const data = texts.map((text, index) => ({ object: "embedding", index, embedding: embedding(text) }));
      return json({ object: "list", model: modelName, data });
    }
    case "POST /v1/chat/completions": {
      const asked = (await body(request)) as CompletionRequest;
      const reply = `You said: ${String(asked.messages.at(-1)?.content)}`;
      return asked.stream === true ? stream(response, reply) : json(completion(reply));
    }
    default:
      response.writeHead(404).end();
  }
}

async function body(request: IncomingMessage): Promise<unknown> {
  return JSON.parse(Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString("utf8"));
}

function completion(content: string): unknown {
  const choice = { index: 0, message: { role: "assistant", content }, finish_reason: "stop" };
  return { id: "chatcmpl-1", object: "chat.completion", created: 0, model: modelName, choices: [choice] };
}

/** Server-sent events, a word each, closed by `[DONE]`. */
function stream(response: ServerResponse, reply: string): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (delta: unknown, finish: string | null): void => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const chunk = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 0, model: modelName, choices };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ role: "assistant", content: "" }, null);
  for (const word of reply.split(/(?<=\s)/)) send({ content: word }, null);
  send({}, "stop");
  response.end("data: [DONE]\n\n");
}

/** A bag of words: each word adds to a few places that its hash chooses. Unit length. */
function embedding(text: string): number[] {
  const vector = new Array<number>(embeddingDimension).fill(0);
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    let hash = 0x811c9dc5;
    for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
    for (let turn = 0; turn < 4; turn += 1) {
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
      const place = (hash >>> 1) % embeddingDimension;
      vector[place] = (vector[place] ?? 0) + ((hash & 1) === 0 ? 1 : -1);
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
