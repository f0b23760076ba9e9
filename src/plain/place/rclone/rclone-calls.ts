/** Calls to rclone, which is started with the first one, and anew after it died. */
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { Clock } from "../../../base/clock.ts";
import { RcloneEndedError } from "../../../host/rclone/rclone-end.ts";
import { openRemoteControl, type RemoteControl, type RemoteFile } from "../../../host/rclone/remote-control.ts";
import { Scratch } from "../../../host/scratch.ts";
import { endedError } from "../../../storage/rclone/ended-error.ts";

export interface RcloneCallsOptions {
  readonly location: string;
  readonly program: readonly [string, ...string[]];
  /** For rclone, beside those by which it is reached. */
  readonly words: readonly string[];
  readonly timeoutMs: number;
  /** Where a folder for the socket is made, and for what is on its way. */
  readonly scratchParent: string;
  readonly clock: Clock;
}

/** The system's limit for the path of a socket is 107 bytes. */
const longestFolder = 90;

export class RcloneCalls {
  readonly #options: RcloneCallsOptions;
  /** A folder of ours, for files on their way. */
  readonly scratch: Scratch;
  readonly #socketFolder: Scratch;
  #opening: Promise<RemoteControl> | undefined;
  #count = 0;
  #isClosed = false;

  private constructor(options: RcloneCallsOptions, scratch: Scratch, socketFolder: Scratch) {
    this.#options = options;
    this.scratch = scratch;
    this.#socketFolder = socketFolder;
  }

  static async open(options: RcloneCallsOptions): Promise<RcloneCalls> {
    const { scratchParent, clock } = options;
    const scratch = await Scratch.open({ parent: scratchParent, clock });
    const isShort = Buffer.byteLength(scratch.folder) <= longestFolder;
    return new RcloneCalls(options, scratch, isShort ? scratch : await Scratch.open({ parent: "/tmp", clock }));
  }

  /** Errors: RcloneCallError; RCLONE_MISSING, RCLONE_NOT_READY, RCLONE_ENDED; the signal's reason. */
  async call(path: string, parameters: object, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    return await this.#with((control) => control.call(path, parameters, signal));
  }

  /** As `call`. Undefined where nothing lies there. */
  async file(file: RemoteFile, signal?: AbortSignal): Promise<IncomingMessage | undefined> {
    return await this.#with((control) => control.open(file, signal));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const opening = this.#opening;
    this.#opening = undefined;
    await opening?.then((control) => control.close()).catch(() => undefined);
    await this.scratch[Symbol.asyncDispose]();
    if (this.#socketFolder !== this.scratch) await this.#socketFolder[Symbol.asyncDispose]();
  }

  async #with<T>(work: (control: RemoteControl) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#control());
    } catch (error) {
      throw error instanceof RcloneEndedError ? endedError(this.#options.location, error) : error;
    }
  }

  async #control(): Promise<RemoteControl> {
    if (this.#isClosed) throw new Error("the place was closed");
    const opened = await this.#opening?.catch(() => undefined);
    // Of those that find it gone together the first one starts another.
    if (this.#opening === undefined || (opened?.ended !== undefined && (await this.#opening) === opened)) {
      if (opened !== undefined) void opened.close();
      this.#count += 1;
      const socketPath = join(this.#socketFolder.folder, `rc${this.#count}`);
      const { program, words, timeoutMs } = this.#options;
      this.#opening = openRemoteControl({ program, words, timeoutMs, socketPath });
    }
    const opening = this.#opening;
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }
}
