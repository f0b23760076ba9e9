/**
 * Requests and answers on one pair of pipes: any number under way at once, each answer found by its number
 * (draft-ietf-secsh-filexfer-02, section 3). Knows nothing of files.
 */
import type { Readable, Writable } from "node:stream";
import { encodePacket, type Field, PacketReader, SftpProtocolError } from "./packet.ts";
import { PacketSplitter } from "./packet-splitter.ts";
import { packetTypes, protocolVersion, statusCodes } from "./protocol.ts";

/** The server said no. */
export class SftpStatusError extends Error {
  override readonly name = "SftpStatusError";
  /** One of statusCodes, or what else the server sent. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Nothing came for so long while answers were awaited. */
export class SftpSilentError extends Error {
  override readonly name = "SftpSilentError";
  readonly seconds: number;

  constructor(silenceMs: number) {
    super(`no answer for ${silenceMs / 1000} s`);
    this.seconds = silenceMs / 1000;
  }
}

export interface SftpPipes {
  readonly input: Readable;
  readonly output: Writable;
  /** Resolves with the reason once nothing can come any more. It is what all that is under way then rejects with. */
  readonly ended: Promise<Error>;
  /** Called once the server is given up: it broke the protocol or keeps silent. */
  readonly giveUp: (why: Error) => void;
  readonly silenceMs: number;
}

export interface Answer {
  readonly type: number;
  readonly body: PacketReader;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const handshakeId = -1;

export class SftpConnection {
  readonly #pipes: SftpPipes;
  readonly #splitter = new PacketSplitter();
  readonly #waiting = new Map<number, Waiting>();
  readonly #silence: NodeJS.Timeout;
  #lastId = 0;
  #ended: Error | undefined;

  private constructor(pipes: SftpPipes) {
    this.#pipes = pipes;
    this.#silence = setTimeout(() => this.#onSilence(), pipes.silenceMs);
    this.#silence.unref();
    pipes.input.on("data", (chunk: Buffer) => this.#onData(chunk));
    // Why a pipe broke is said by `ended`, which knows the process behind it.
    pipes.input.on("error", () => undefined);
    pipes.output.on("error", () => undefined);
    void pipes.ended.then((why) => this.#end(why));
  }

  /** Says hello. What the server offers beyond the protocol: name to its version. */
  static async open(pipes: SftpPipes): Promise<{ connection: SftpConnection; offers: ReadonlyMap<string, string> }> {
    const connection = new SftpConnection(pipes);
    const answered = connection.#await(handshakeId);
    pipes.output.write(encodePacket(packetTypes.init, [protocolVersion]));
    const { body } = await answered;
    const version = body.uint32();
    if (version !== protocolVersion) throw new SftpProtocolError(`the server speaks SFTP version ${version} only`);
    const offers = new Map<string, string>();
    while (!body.isAtEnd) offers.set(body.text(), body.text());
    return { connection, offers };
  }

  /** Why nothing works here any more; undefined while it does. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  /**
   * Sends a request and resolves with its answer, whatever it is but a status other than OK: SftpStatusError. `payload` goes
   * behind the fields as it is, without a copy: it must stay unchanged until this settles.
   */
  async request(type: number, fields: readonly Field[], payload?: Uint8Array): Promise<Answer> {
    if (this.#ended !== undefined) throw this.#ended;
    this.#lastId = this.#lastId === 0xffff_ffff ? 1 : this.#lastId + 1;
    const id = this.#lastId;
    const answered = this.#await(id);
    const { output } = this.#pipes;
    if (payload === undefined) {
      output.write(encodePacket(type, [id, ...fields]));
    } else {
      output.cork();
      output.write(encodePacket(type, [id, ...fields, payload.length], payload.length));
      output.write(payload);
      output.uncork();
    }
    const answer = await answered;
    if (answer.type !== packetTypes.status) return answer;
    const status = answer.body.uint32();
    // Some servers leave the message out.
    const message = answer.body.isAtEnd ? "" : printable(answer.body.text());
    if (status !== statusCodes.ok) throw new SftpStatusError(status, message || `SFTP status ${status}`);
    return answer;
  }

  #await(id: number): Promise<Answer> {
    if (this.#waiting.size === 0) this.#silence.refresh();
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #onData(chunk: Buffer): void {
    if (this.#ended !== undefined) return;
    this.#silence.refresh();
    try {
      for (const packet of this.#splitter.push(chunk)) this.#onPacket(new PacketReader(packet));
    } catch (error) {
      this.#giveUp(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #onPacket(body: PacketReader): void {
    const type = body.uint8();
    const id = type === packetTypes.version ? handshakeId : body.uint32();
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) throw new SftpProtocolError(`the server answered request ${id}, which nobody made`);
    this.#waiting.delete(id);
    waiting.resolve({ type, body });
  }

  #onSilence(): void {
    if (this.#waiting.size > 0) this.#giveUp(new SftpSilentError(this.#pipes.silenceMs));
  }

  #giveUp(why: Error): void {
    this.#end(why);
    this.#pipes.giveUp(why);
  }

  #end(why: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    clearTimeout(this.#silence);
    for (const { reject } of this.#waiting.values()) reject(why);
    this.#waiting.clear();
  }
}

/** A server's words, which go to a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").trim();
}
