/** The one call of B2's own API that Obhut makes, answered as Backblaze documents it (b2_authorize_account, version 3). */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface B2StandIn extends AsyncDisposable {
  readonly url: string;
  /** How often somebody signed in. */
  readonly calls: () => number;
}

/** `s3ApiUrl`: a real S3 server that has the same key. `busy`: how many calls are answered 503 first. */
export async function startB2StandIn(
  { id, key }: { readonly id: string; readonly key: string },
  { s3ApiUrl, busy = 0 }: { readonly s3ApiUrl: string; readonly busy?: number },
): Promise<B2StandIn> {
  let calls = 0;
  const expected = `Basic ${Buffer.from(`${id}:${key}`).toString("base64")}`;
  const server = createServer((request, answer) => {
    const say = (status: number, document: object): void => {
      answer.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(document));
    };
    if (request.url !== "/b2api/v3/b2_authorize_account")
      return say(404, { status: 404, code: "not_found", message: "" });
    calls += 1;
    if (calls <= busy) return say(503, { status: 503, code: "service_unavailable", message: "try again" });
    if (request.headers.authorization !== expected) {
      return say(401, { status: 401, code: "bad_auth_token", message: "Invalid accountId or applicationKeyId" });
    }
    say(200, { accountId: "1", apiInfo: { storageApi: { apiUrl: "https://api.invalid", s3ApiUrl } } });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, calls: () => calls, [Symbol.asyncDispose]: close };
}
