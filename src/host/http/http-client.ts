/** Requests to one HTTP server, whatever carries them. Knows nothing of repositories. */
import type { IncomingHttpHeaders } from "node:http";

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "DELETE";
  /** Path and query, with the slash in front. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Must stay unchanged until the call settles. */
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  /** Any status is an answer. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Whole, as long as the server said. Owns its ArrayBuffer. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Why it is a failure, where somebody but the answer says so. */
  readonly why?: string;
}

export interface HttpClient {
  /** Rejects with HttpFailure, or with the signal's reason. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** No answer came. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  /** `tls`: the server could not prove who it is. `silent`: nothing came or went for so long. */
  readonly kind: "unreachable" | "tls" | "silent";

  constructor(kind: HttpFailure["kind"], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}
