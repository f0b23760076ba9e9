/** A client of the AWS SDK for one endpoint: its credential chain, how buckets are addressed, time-outs. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { S3Client } from "@aws-sdk/client-s3";
import type { Secret } from "../../base/secret.ts";
import { type TlsChoices, tlsOptions } from "../../host/http/tls-choices.ts";

import { b2Region } from "./b2-account.ts";

type Endpoint = { protocol: string; hostname: string; path: string; port?: number };

export type BucketLookup = "auto" | "dns" | "path";

export interface S3Place {
  /** `https://host` or `https://host:port`; asked for with the first call where it is not known before, and again where that fails. */
  readonly endpoint: string | (() => Promise<string>);
  /** Instead of those that the environment leads to. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: Secret };
  /** Without it: AWS_REGION, the profile, or what the host's name says; else us-east-1. */
  readonly region?: string;
  /** Whether the bucket stands in the host's name (dns) or begins the path. Default auto: as the host is known to want it. */
  readonly bucketLookup?: BucketLookup;
  readonly connections: number;
  readonly tls?: TlsChoices;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A connection that is not there within this time will not come. */
const connectionTimeoutMs = 30_000;
/** Nothing at all comes or goes for so long. */
export const idleSeconds = 120;

export function s3Client(place: S3Place): S3Client {
  const { endpoint, region, bucketLookup = "auto", connections, tls, env, credentials } = place;
  const hostname = typeof endpoint === "string" ? new URL(endpoint).hostname : "";
  const aws = awsRegionOf(hostname);
  const chosen = region ?? (aws || env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || undefined);
  // Without credentials in the environment the SDK asks the profile for a region; only then it must be left to it.
  const fallback = env["AWS_PROFILE"] ? {} : { region: "us-east-1" };
  const agent = { keepAlive: true, maxSockets: connections + 2, proxyEnv: env };
  const known = credentials && { ...credentials, secretAccessKey: credentials.secretAccessKey.reveal() };
  return new S3Client({
    ...(typeof endpoint === "string" ? { endpoint } : foundLater(endpoint)),
    ...(known && { credentials: known }),
    ...(typeof endpoint !== "string" ? {} : chosen === undefined ? fallback : { region: chosen }),
    followRegionRedirects: aws === "",
    forcePathStyle: bucketLookup === "path" || (bucketLookup === "auto" && !namesBuckets(hostname)),
    // What is worth trying again is decided in src/storage/wrap/retry.ts, for all storages alike.
    maxAttempts: 1,
    // Each upload carries its MD5, which every S3 server checks; each download is checked against the name of the file.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      socketTimeout: idleSeconds * 1000,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent({ ...agent, ...tlsOptions(tls) }),
    },
  });
}

/** Both come from one answer; one that failed is asked for again. */
function foundLater(find: () => Promise<string>): { endpoint: () => Promise<Endpoint>; region: () => Promise<string> } {
  let found: Promise<string> | undefined;
  const once = async (): Promise<string> => {
    found ??= find();
    return await found.catch((error: unknown) => {
      found = undefined;
      throw error;
    });
  };
  return { endpoint: async () => parseUrl(await once()), region: async () => b2Region(await once()) };
}

function parseUrl(text: string): Endpoint {
  const { protocol, hostname, port, pathname: path } = new URL(text);
  return { protocol, hostname, path, ...(port && { port: Number(port) }) };
}

/** The region in a name such as s3.eu-central-1.amazonaws.com; empty for AWS without one; undefined for other hosts. */
function awsRegionOf(hostname: string): string | undefined {
  if (!/(^|\.)amazonaws\.com(\.cn)?$/.test(hostname)) return undefined;
  return /^s3[.-](?:dualstack\.|fips\.)?([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(hostname)?.[1] ?? "";
}

/** Hosts that serve a bucket under a name of its own, and in time under nothing else. */
function namesBuckets(hostname: string): boolean {
  return /(^|\.)(amazonaws\.com(\.cn)?|storage\.googleapis\.com|aliyuncs\.com)$/.test(hostname);
}
