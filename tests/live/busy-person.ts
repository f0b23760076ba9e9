/** Somebody who chats, uploads, fills a knowledge base and deletes again, without a pause, until told to stop. */
import { createHash } from "node:crypto";
import type { OpenWebuiClient } from "../support/open-webui-client.ts";
import { type Action, type Effect, stateAfter } from "./history.ts";
import { type Random, words } from "./random-words.ts";

export interface Person {
  readonly userId: string;
  readonly knowledgeId: string;
  readonly client: OpenWebuiClient;
  /** Grows while the person is busy. Every call of the app that failed has ended the work with its error. */
  readonly actions: Action[];
}

/** Resolves when `signal` aborts, after the action under way; rejects when the app refuses one. */
export async function beBusy(person: Person, random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const begunMs = performance.now();
    const at = person.actions.push({ begunMs }) - 1;
    const effect = await actOnce(person, random, at);
    person.actions[at] = { begunMs, acknowledgedMs: performance.now(), effect };
  }
}

/** Does one thing, chosen by chance among what is possible now. */
async function actOnce({ client, actions, knowledgeId }: Person, random: Random, count: number): Promise<Effect> {
  const { chats, files, known } = stateAfter(actions, count);
  const chat = pick(random, [...chats]);
  const knownFile = pick(random, [...known]);
  const looseFile = pick(
    random,
    [...files.keys()].filter((id) => !known.has(id)),
  );
  const chance = random();
  if (chance < 0.2 && chat !== undefined) {
    await client.continueChat(chat[0], words(random, 30));
    return { kind: "chat", id: chat[0], messages: chat[1] + 2 };
  }
  if (chance < 0.3 && chat !== undefined && chats.size > 3) {
    await client.deleteChat(chat[0]);
    return { kind: "chatGone", id: chat[0] };
  }
  if (chance < 0.45 && looseFile !== undefined) {
    await client.addToKnowledge(knowledgeId, looseFile);
    return { kind: "known", id: looseFile };
  }
  if (chance < 0.52 && knownFile !== undefined && known.size > 3) {
    await client.removeFromKnowledge(knowledgeId, knownFile);
    return { kind: "knownGone", id: knownFile };
  }
  if (chance < 0.62 && looseFile !== undefined) {
    await client.deleteFile(looseFile);
    return { kind: "fileGone", id: looseFile };
  }
  if (chance < 0.67) return { kind: "memory", id: await client.addMemory(words(random, 12)) };
  if (chance < 0.85) {
    const text = words(random, 200 + Math.floor(random() * 2000));
    const id = await client.uploadFile(`note ${count}.txt`, text);
    return { kind: "file", id, sha256: createHash("sha256").update(text).digest("hex") };
  }
  return { kind: "chat", id: await client.createChat(words(random, 40)), messages: 2 };
}

function pick<Item>(random: Random, items: readonly Item[]): Item | undefined {
  return items[Math.floor(random() * items.length)];
}
