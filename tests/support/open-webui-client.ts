/** One person's session with Open WebUI, through the API that its own pages use. Every call that resolves was acknowledged. */
import { randomUUID } from "node:crypto";
import { modelName } from "./openai-stand-in.ts";

export interface Account {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

interface ChatMessage {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly content: string;
  readonly parentId: string | null;
  readonly childrenIds: string[];
  readonly timestamp: number;
  readonly done?: true;
  readonly model?: string;
}

export interface Chat {
  readonly id: string;
  readonly title: string;
  readonly chat: { readonly history: { readonly messages: Readonly<Record<string, ChatMessage>> } };
}

export class OpenWebuiClient {
  readonly #baseUrl: string;
  readonly #token: string;

  /** A session that was opened before, perhaps on another server with the same secret key. */
  constructor(baseUrl: string, token: string) {
    this.#baseUrl = baseUrl;
    this.#token = token;
  }

  get token(): string {
    return this.#token;
  }

  async whoAmI(): Promise<{ id: string; email: string }> {
    return this.#call("GET", "/auths/");
  }

  /** The first to sign up becomes the administrator. */
  static async signUp(baseUrl: string, account: Account): Promise<OpenWebuiClient> {
    return OpenWebuiClient.#session(baseUrl, "signup", account);
  }

  static async signIn(baseUrl: string, account: Pick<Account, "email" | "password">): Promise<OpenWebuiClient> {
    return OpenWebuiClient.#session(baseUrl, "signin", { email: account.email, password: account.password });
  }

  static async #session(baseUrl: string, how: string, body: object): Promise<OpenWebuiClient> {
    const session = await new OpenWebuiClient(baseUrl, "").#call<{ token: string }>("POST", `/auths/${how}`, body);
    return new OpenWebuiClient(baseUrl, session.token);
  }

  /** As the administrator: others may sign up too. The app closes that door behind the first. */
  async openSignUp(): Promise<void> {
    const config = await this.#call<object>("GET", "/auths/admin/config");
    await this.#call("POST", "/auths/admin/config", { ...config, ENABLE_SIGNUP: true, DEFAULT_USER_ROLE: "user" });
  }

  /** A chat with one question and the model's answer to it, as the pages store it. Resolves with its id. */
  async createChat(question: string): Promise<string> {
    const chat = conversation([said(question), said(await this.complete(question))]);
    return (await this.#call<Chat>("POST", "/chats/new", { chat })).id;
  }

  /** Asks again in the same chat. What was said before keeps its ids: the app merges messages by them. */
  async continueChat(id: string, question: string): Promise<void> {
    const { chat } = await this.readChat(id);
    const before = Object.values(chat.history.messages);
    const turns = [...before, said(question), said(await this.complete(question))];
    await this.#call("POST", `/chats/${id}`, { chat: conversation(turns) });
  }

  async readChat(id: string): Promise<Chat> {
    return this.#call<Chat>("GET", `/chats/${id}`);
  }

  async deleteChat(id: string): Promise<void> {
    await this.#call("DELETE", `/chats/${id}`);
  }

  /** The model's answer, streamed as the pages ask for it. */
  async complete(question: string): Promise<string> {
    const body = { model: modelName, stream: true, messages: [{ role: "user", content: question }] };
    const response = await this.#fetch("POST", "/api/chat/completions", JSON.stringify(body));
    const events = (await response.text()).split("\n").filter((line) => line.startsWith("data: {"));
    const deltas = events.map((line) => JSON.parse(line.slice(6)) as { choices?: { delta?: { content?: string } }[] });
    return deltas.map((event) => event.choices?.[0]?.delta?.content ?? "").join("");
  }

  /** Uploads, reads and embeds a text file. Resolves with its id when the app has processed it. */
  async uploadFile(name: string, text: string): Promise<string> {
    const form = new FormData();
    form.append("file", new Blob([text], { type: "text/plain" }), name);
    const response = await this.#fetch("POST", "/api/v1/files/?process=true&process_in_background=false", form);
    return ((await response.json()) as { id: string }).id;
  }

  async readFile(id: string): Promise<string> {
    return (await this.#fetch("GET", `/api/v1/files/${id}/content`)).text();
  }

  async deleteFile(id: string): Promise<void> {
    await this.#call("DELETE", `/files/${id}`);
  }

  async createKnowledge(name: string): Promise<string> {
    return (await this.#call<{ id: string }>("POST", "/knowledge/create", { name, description: name })).id;
  }

  async addToKnowledge(knowledgeId: string, fileId: string): Promise<void> {
    await this.#call("POST", `/knowledge/${knowledgeId}/file/add`, { file_id: fileId });
  }

  /** Takes the file out of the knowledge base; the file itself stays. */
  async removeFromKnowledge(knowledgeId: string, fileId: string): Promise<void> {
    await this.#call("POST", `/knowledge/${knowledgeId}/file/remove?delete_file=false`, { file_id: fileId });
  }

  /** The documents of a knowledge base nearest to `query`, the nearest first. */
  async queryKnowledge(knowledgeId: string, query: string): Promise<string[]> {
    const body = { collection_names: [knowledgeId], query, k: 3 };
    const found = await this.#call<{ documents: string[][] }>("POST", "/retrieval/query/collection", body);
    return found.documents[0] ?? [];
  }

  async addMemory(content: string): Promise<string> {
    return (await this.#call<{ id: string }>("POST", "/memories/add", { content })).id;
  }

  async #call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await this.#fetch(method, `/api/v1${path}`, body === undefined ? undefined : JSON.stringify(body));
    return (await response.json()) as Answer;
  }

  async #fetch(method: string, path: string, body?: string | FormData): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` };
    if (typeof body === "string") headers["content-type"] = "application/json";
    const response = await fetch(this.#baseUrl + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(120_000),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${(await response.text()).slice(0, 500)}`);
    }
    return response;
  }
}

type Turn = Pick<ChatMessage, "id" | "content">;

function said(content: string): Turn {
  return { id: randomUUID(), content };
}

/** A chat of turns, question and answer by turns: a list of messages, each the child of the one before. */
function conversation(turns: readonly Turn[]): object {
  const messages = turns.map(({ id, content }, at): ChatMessage => {
    const next = turns[at + 1];
    const childrenIds = next === undefined ? [] : [next.id];
    const parentId = turns[at - 1]?.id ?? null;
    const base = { id, content, parentId, childrenIds, timestamp: Math.floor(Date.now() / 1000) };
    return at % 2 === 0 ? { ...base, role: "user" } : { ...base, role: "assistant", model: modelName, done: true };
  });
  const history = {
    messages: Object.fromEntries(messages.map((message) => [message.id, message])),
    currentId: turns.at(-1)?.id,
  };
  return { title: turns[0]?.content.slice(0, 60), models: [modelName], messages, history, tags: [], params: {} };
}
