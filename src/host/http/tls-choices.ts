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

export function isTlsFailure(error: unknown): boolean {
  return tlsSigns.test(systemCode(error) ?? "");
}
