/** HTTP/1.1 with kept connections, over TCP or TLS. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { reasonOf, systemCode } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { LinePace } from "../../base/pace.ts";
import { BodyCollector } from "./body-collector.ts";
import { type HttpAnswer, type HttpClient, HttpFailure, type HttpRequest } from "./http-client.ts";
import { sendPaced } from "./paced-body.ts";
import { isTlsFailure, type TlsChoices, tlsOptions } from "./tls-choices.ts";

export interface Http1Options {
  /** `https://host:port`: the path is each request's own. */
  readonly origin: string;
  /** Of every request, such as who asks. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly tls?: TlsChoices;
  readonly line?: LinePace;
  /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in either case of letters, are looked for here. Absent: no proxy. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export function http1Client(options: Http1Options): HttpClient {
  return new Http1Client(options);
}

class Http1Client implements HttpClient {
  readonly #options: Http1Options;
  readonly #isTls: boolean;
  readonly #agent: HttpAgent;

  constructor(options: Http1Options) {
    this.#options = options;
    this.#isTls = options.origin.startsWith("https:");
    const kept = { keepAlive: true, maxSockets: options.connections, proxyEnv: options.env };
    this.#agent = this.#isTls ? new HttpsAgent({ ...kept, ...tlsOptions(options.tls) }) : new HttpAgent(kept);
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    request.signal?.throwIfAborted();
    try {
      return await this.#send(request).catch((error: unknown) => {
        // The server may end a kept connection at the very moment it is used again: that says nothing of the server.
        if (error instanceof StaleConnectionError) return this.#send(request);
        throw error;
      });
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason;
      throw failureOf(error);
    }
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  async #send({ method, path, headers, body: sent, signal }: HttpRequest): Promise<HttpAnswer> {
    const length = sent === undefined ? {} : { "Content-Length": String(sent.length) };
    const made: RequestOptions = {
      agent: this.#agent,
      method,
      headers: { ...this.#options.headers, ...headers, ...length },
      timeout: limits.connectMs,
      ...(signal ? { signal } : {}),
    };
    const start = this.#isTls ? httpsRequest : httpRequest;
    const request = start(new URL(path, this.#options.origin), made);
    request.on("socket", (socket) => {
      const patient = (): unknown => request.setTimeout(limits.httpSilenceMs);
      if (socket.connecting) socket.once("connect", patient);
      else patient();
    });
    const { upload, download } = this.#options.line ?? {};
    let isHeldBack = false;
    request.on("timeout", () => {
      if (!isHeldBack) request.destroy(request.socket?.connecting ? notThere() : silent());
    });
    const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request.on("response", resolve);
    request.on("error", (error) => {
      const stale = request.reusedSocket && ["ECONNRESET", "EPIPE"].includes(systemCode(error) ?? "");
      reject(stale ? new StaleConnectionError(error.message, { cause: error }) : error);
    });
    if (sent === undefined) request.end();
    else sendPaced(request, sent, { pace: upload, signal }).catch(reject);
    const answer = await answered;
    const { statusCode: status = 0, headers: told } = answer;
    const body = new BodyCollector(method === "HEAD" ? "0" : told["content-length"], limits.httpBodyBytes);
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      body.add(chunk);
      isHeldBack = true;
      await download?.take(chunk.length, signal);
      isHeldBack = false;
    }
    return { status, headers: told, body: body.finish() };
  }
}

class StaleConnectionError extends Error {}

function notThere(): HttpFailure {
  return new HttpFailure("unreachable", `no connection within ${limits.connectMs / 1000} s`);
}

function silent(): HttpFailure {
  return new HttpFailure("silent", `nothing came for ${limits.httpSilenceMs / 1000} s`);
}

function failureOf(error: unknown): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const kind = isTlsFailure(error) ? "tls" : "unreachable";
  return new HttpFailure(kind, oneLine(error), { cause: error });
}

/** A host with several addresses fails with one error for each. */
function oneLine(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reasonOf).join("; ");
  return reasonOf(error).replaceAll(/\s+/g, " ").trim();
}
