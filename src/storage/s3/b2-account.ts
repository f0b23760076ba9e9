/** Where Backblaze B2 serves a key's buckets over S3: one call of B2's own API (b2_authorize_account, version 3) tells. */
import { isObhutError, ObhutError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { type HttpAnswer, type HttpClient, HttpFailure } from "../../host/http/http-client.ts";
import { requestError, statusError } from "../rest/rest-error.ts";

export interface B2Account {
  readonly location: string;
  readonly id: string;
  readonly key: Secret;
  /** To the API's host. Closed when it has answered. */
  readonly client: () => HttpClient;
}

export const b2Api = "https://api.backblazeb2.com";

const action = "sign in to B2";

/** `https://s3.us-west-004.backblazeb2.com`. Errors: those of a REST storage. */
export async function b2Endpoint({ location, id, key, client }: B2Account): Promise<string> {
  const api = client();
  try {
    const login = Buffer.from(`${id}:${key.reveal()}`).toString("base64");
    const headers = { Authorization: `Basic ${login}` };
    const answer = await api.send({ method: "GET", path: "/b2api/v3/b2_authorize_account", headers });
    if (answer.status !== 200) throw refused(location, answer);
    const url = s3UrlIn(answer);
    if (url === undefined) throw new HttpFailure("unreachable", "no s3ApiUrl in the answer of b2_authorize_account");
    return url;
  } catch (error) {
    throw isObhutError(error) ? error : requestError({ location, action }, error);
  } finally {
    await api.close();
  }
}

/** `us-west-004` of an endpoint of B2; signatures must name it. */
export function b2Region(endpoint: string): string {
  return /^s3\.([a-z0-9-]+)\./.exec(new URL(endpoint).hostname)?.[1] ?? "us-east-1";
}

function refused(location: string, answer: HttpAnswer): unknown {
  const { code, message } = documentIn(answer) as { readonly code?: unknown; readonly message?: unknown };
  if (answer.status !== 401 && answer.status !== 403) return statusError({ location, action }, answer);
  const reason = [code, message].filter((part) => typeof part === "string" && part !== "").join(": ");
  return new ObhutError("S3_LOGIN_REFUSED", { location, reason: reason || `HTTP ${answer.status}` });
}

function s3UrlIn(answer: HttpAnswer): string | undefined {
  const { apiInfo } = documentIn(answer) as { apiInfo?: { storageApi?: { s3ApiUrl?: unknown } } };
  const url = apiInfo?.storageApi?.s3ApiUrl;
  return typeof url === "string" && URL.canParse(url) ? url : undefined;
}

function documentIn({ body }: HttpAnswer): object {
  try {
    const found: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}
