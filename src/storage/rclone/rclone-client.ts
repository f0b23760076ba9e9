/** Requests through rclone, which is started with the first one, and anew after it died. */
import type { LinePace } from "../../base/pace.ts";
import { within } from "../../base/within.ts";
import type { HttpAnswer, HttpClient, HttpRequest } from "../../host/http/http-client.ts";
import { lastWordsMs, RcloneEndedError } from "../../host/rclone/rclone-end.ts";
import { openRclone, type RcloneSession } from "../../host/rclone/rclone-session.ts";
import { endedError } from "./ended-error.ts";

export interface RcloneClientOptions {
  readonly location: string;
  readonly command: readonly [string, ...string[]];
  /** How long rclone may take until it answers at all. */
  readonly timeoutMs: number;
  readonly line?: LinePace;
}

export function rcloneClient(options: RcloneClientOptions): HttpClient {
  return new RcloneClient(options);
}

class RcloneClient implements HttpClient {
  readonly #options: RcloneClientOptions;
  #opening: Promise<RcloneSession> | undefined;
  #isClosed = false;

  constructor(options: RcloneClientOptions) {
    this.#options = options;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const session = await this.#session();
    try {
      const answer = await session.client.send(request);
      // What went wrong behind rclone it says to its standard error alone.
      return answer.status >= 500 ? { ...answer, why: session.lastWords() } : answer;
    } catch (error) {
      if (request.signal?.aborted || this.#isClosed) throw error;
      const ended = await within(session.end, lastWordsMs);
      throw ended === undefined ? error : endedError(this.#options.location, ended);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const opening = this.#opening;
    this.#opening = undefined;
    await opening?.then((session) => session.close()).catch(() => undefined);
  }

  async #session(): Promise<RcloneSession> {
    if (this.#isClosed) throw new Error("the storage was closed");
    const { command, timeoutMs, line } = this.#options;
    const opened = await this.#opening?.catch(() => undefined);
    // Of those that find it gone together the first one starts another.
    if (this.#opening === undefined || (opened?.ended !== undefined && (await this.#opening) === opened)) {
      if (opened !== undefined) void opened.close();
      this.#opening = openRclone(command, { timeoutMs, line });
    }
    const opening = this.#opening;
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error instanceof RcloneEndedError ? endedError(this.#options.location, error) : error;
    }
  }
}
