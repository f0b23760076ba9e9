/** The release of Open WebUI, with what is known of it. */
import type { Messages } from "../messages/messages.ts";
import { fill } from "../messages/sentence.ts";
import type { AppVersion } from "../openwebui/app-version.ts";

export function appVersionText(app: AppVersion | undefined, words: Messages["output"]): string | undefined {
  if (app === undefined) return undefined;
  return app.certainty === "exact" ? app.version : fill(words.atLeast, { version: app.version });
}
