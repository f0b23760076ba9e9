/** The people of one running Open WebUI: the administrator, two others who are busy, and newcomers. */
import { OpenWebuiClient } from "../support/open-webui-client.ts";
import { beBusy, type Person } from "./busy-person.ts";
import { seededRandom } from "./random-words.ts";

export const password = "correct horse battery";

export interface Household {
  readonly people: readonly Person[];
  /** Another person signs up. Resolves with the address, once the app has acknowledged it. */
  welcome(): Promise<string>;
  /** Everybody works at once, each without a pause, until the signal; rejects with the first call that the app refused. */
  work(signal: AbortSignal): Promise<void>;
}

/** Signs up the administrator and two more, and gives each a knowledge base. */
export async function settle(baseUrl: string, seed: number): Promise<Household> {
  let count = 0;
  const signUp = async (): Promise<{ client: OpenWebuiClient; email: string }> => {
    count += 1;
    const email = `person${count}@example.org`;
    return { client: await OpenWebuiClient.signUp(baseUrl, { name: `Person ${count}`, email, password }), email };
  };
  const { client: admin } = await signUp();
  await admin.openSignUp();
  const people: Person[] = [];
  for (const client of [admin, (await signUp()).client, (await signUp()).client]) {
    const { id: userId } = await client.whoAmI();
    people.push({ client, userId, knowledgeId: await client.createKnowledge("Handbook"), actions: [] });
  }
  return {
    people,
    welcome: async () => (await signUp()).email,
    async work(signal) {
      await Promise.all(people.map((person, at) => beBusy(person, seededRandom(seed + at), signal)));
    },
  };
}
