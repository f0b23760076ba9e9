/** HTTP/2 without TLS over one socket: many requests at once, each a stream. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from "node:http2";
import type { Socket } from "node:net";
import { reasonOf } from "../../base/errors.ts";
import { limits, MiB } from "../../base/limits.ts";
import type { LinePace, Pace } from "../../base/pace.ts";
import { BodyCollector } from "./body-collector.ts";
import { type HttpAnswer, type HttpClient, HttpFailure, type HttpRequest } from "./http-client.ts";
import { sendPaced } from "./paced-body.ts";

/** How much may be on its way to us: with HTTP/2's own 64 KiB a pack would wait for every few pieces of it. */
const windowBytes = 4 * MiB;

/** `socket`: owned by the client. A socket of the system, no stream made by us: Node's bridge for those breaks when it ends under way. */
export function http2Client(socket: Socket, line?: LinePace): HttpClient {
  return new Http2Client(socket, line);
}

class Http2Client implements HttpClient {
  readonly #session: ClientHttp2Session;
  readonly #line: LinePace | undefined;
  #error: Error | undefined;

  constructor(socket: Socket, line: LinePace | undefined) {
    this.#line = line;
    const settings = { enablePush: false, initialWindowSize: windowBytes };
    this.#session = connect("http://localhost", { createConnection: () => socket, settings });
    this.#session.on("connect", () => this.#session.setLocalWindowSize(4 * windowBytes));
    // Each request that is under way is told as well.
    this.#session.on("error", (error: Error) => {
      this.#error = error;
    });
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    request.signal?.throwIfAborted();
    try {
      return await this.#send(request);
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason;
      if (error instanceof HttpFailure) throw error;
      throw new HttpFailure("unreachable", reasonOf(this.#error ?? error), { cause: error });
    }
  }

  async #send({ method, path, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    if (this.#session.destroyed || this.#session.closed) throw this.#error ?? new Error("the connection has ended");
    const length = body === undefined ? {} : { "content-length": String(body.length) };
    const stream = this.#session.request(
      { ":method": method, ":path": path, ...lowerCase(headers ?? {}), ...length },
      { endStream: body === undefined, ...(signal ? { signal } : {}) },
    );
    const answered = answerOf(stream, method, this.#line?.download);
    // What breaks here breaks the stream, whose answer tells it; but for an abort.
    if (body !== undefined) {
      await Promise.race([answered, sendPaced(stream, body, { pace: this.#line?.upload, signal })]);
    }
    return await answered;
  }

  async close(): Promise<void> {
    this.#session.destroy(undefined, constants.NGHTTP2_NO_ERROR);
  }
}

/** Listens from the begin on: an answer may be there and over before anybody asks for its body. */
async function answerOf(stream: ClientHttp2Stream, method: string, pace: Pace | undefined): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const orReject = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      reject(error);
      stream.destroy();
    }
  };
  let body: BodyCollector | undefined;
  let headers: IncomingHttpHeaders & IncomingHttpStatusHeader = {};
  stream.once("response", (told) => {
    headers = told;
    body = new BodyCollector(method === "HEAD" ? "0" : told["content-length"], limits.httpBodyBytes);
  });
  stream.setTimeout(limits.httpSilenceMs, () => {
    // Held back by us it is silent, too.
    if (!stream.isPaused()) stream.destroy(silent());
  });
  stream.on("data", (chunk: Buffer) => {
    orReject(() => body?.add(chunk));
    if (pace?.bytesPerSecond === undefined) return;
    stream.pause();
    void pace.take(chunk.length).then(() => stream.resume());
  });
  stream.once("end", () =>
    orReject(() => {
      if (body !== undefined) resolve({ status: headers[":status"] ?? 0, headers, body: body.finish() });
    }),
  );
  stream.once("error", reject);
  stream.once("close", () => reject(new Error("the connection has ended")));
  return await promise;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function silent(): HttpFailure {
  return new HttpFailure("silent", `nothing came for ${limits.httpSilenceMs / 1000} s`);
}
