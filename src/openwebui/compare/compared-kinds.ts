/**
 * What people know of an instance, by the tables that hold it. Columns and tables differ from one version of the app to the next: what a
 * database does not have is not looked at. Source: open_webui/models/*.py of 0.12.4 and the migrations before it.
 */

export interface ComparedKind {
  readonly table: string;
  /** Columns that name a row to its owner; of those that are there the first that is not empty. None: rows have no name. */
  readonly titles: readonly string[];
  /** Columns that change without anybody having changed anything. */
  readonly ignored?: readonly string[];
  /** Rows of other tables that belong to one of these: where they differ, it has changed. */
  readonly parts?: readonly ComparedPart[];
}

export interface ComparedPart {
  readonly table: string;
  /** Column that holds the id of what it belongs to. */
  readonly key: string;
  /** New and missing ones are worth telling. At most one of a kind. */
  readonly counted?: true;
}

export const comparedKinds = {
  chats: {
    table: "chat",
    titles: ["title"],
    ignored: ["last_read_at"],
    parts: [{ table: "chat_message", key: "chat_id", counted: true }],
  },
  folders: { table: "folder", titles: ["name"], ignored: ["is_expanded"] },
  users: {
    table: "user",
    titles: ["name", "email"],
    ignored: ["last_active_at", "presence_state"],
    // A password or the state of two-factor sign-in; never shown.
    parts: [{ table: "auth", key: "id" }],
  },
  groups: {
    table: "group",
    titles: ["name"],
    parts: [{ table: "group_member", key: "group_id", counted: true }],
  },
  files: { table: "file", titles: ["filename"] },
  knowledge: {
    table: "knowledge",
    titles: ["name"],
    parts: [{ table: "knowledge_file", key: "knowledge_id", counted: true }],
  },
  documents: { table: "document", titles: ["title", "name"] },
  notes: { table: "note", titles: ["title"] },
  memories: { table: "memory", titles: [] },
  prompts: { table: "prompt", titles: ["name", "title", "command"] },
  tools: { table: "tool", titles: ["name"] },
  functions: { table: "function", titles: ["name"] },
  skills: { table: "skill", titles: ["name"] },
  models: { table: "model", titles: ["name"] },
  channels: {
    table: "channel",
    titles: ["name"],
    parts: [{ table: "message", key: "channel_id", counted: true }],
  },
  feedback: { table: "feedback", titles: [] },
  automations: { table: "automation", titles: ["name"], ignored: ["last_run_at", "next_run_at"] },
  events: { table: "calendar_event", titles: ["title"] },
  // Never the key itself.
  keys: { table: "api_key", titles: [], ignored: ["last_used_at"] },
} as const satisfies Record<string, ComparedKind>;

export type KindName = keyof typeof comparedKinds;
export const kindNames = Object.keys(comparedKinds) as KindName[];
