/** Whom a connection over TLS trusts, how it says who we are, and how it fails. */
import type { AgentOptions } from "node:https";
import { systemCode } from "../../base/errors.ts";

export interface TlsChoices {
  /** PEM: who may vouch for servers. */
  readonly ca?: readonly string[];
  /** PEM: certificate and key that say who we are. */
  readonly clientCertificate?: string;
}

/** For an agent of node:https. */
export function tlsOptions({ ca, clientCertificate: pem }: TlsChoices = {}): AgentOptions {
  return { ...(ca && { ca: [...ca] }), ...(pem && { cert: pem, key: pem }), minVersion: "TLSv1.2" };
}

/** OpenSSL's and Node's names for certificates that do not prove anything, and for a handshake that failed. */
const tlsSigns =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_CA$)/;

/** OpenSSL got something else than TLS for an answer: the server speaks without it at this port. */
export function isWithoutTls(message: string): boolean {
  return /SSL routines:.*:(wrong version number|packet length too long|record layer failure|http request)/.test(
    message,
  );
}

/** What servers answer to whoever speaks without TLS where they expect it: Go's and Caddy's words, nginx', Apache's. */
export function asksForTls(said: string): boolean {
  return /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled/i.test(
    said,
  );
}

export function isTlsFailure(error: unknown): boolean {
  return tlsSigns.test(systemCode(error) ?? "");
}
