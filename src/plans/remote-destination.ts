/**
 * Places on other machines, spelled as restic spells them (config.go of each of its backends), so that whoever used restic goes on with
 * the same words. A password is a Secret from here on, and `written` shows none.
 */
import { posix } from "node:path";
import { Secret } from "../base/secret.ts";

interface Written {
  /** As the person wrote it, a password as `***`. */
  readonly written: string;
}

export interface RestDestination extends Written {
  readonly kind: "rest";
  /** Without user and password; ends with a slash. */
  readonly url: string;
  readonly user?: string;
  readonly password?: Secret;
}

interface RcloneDestination extends Written {
  readonly kind: "rclone";
  /** What rclone is given: `remote:path`. */
  readonly remote: string;
}

export interface S3Destination extends Written {
  readonly kind: "s3";
  /** `https://host` or `https://host:port`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
}

export interface B2Destination extends Written {
  readonly kind: "b2";
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
}

interface SftpDestination extends Written {
  readonly kind: "sftp";
  readonly user?: string;
  /** A name of ssh_config too. */
  readonly host: string;
  readonly port?: number;
  /** Absolute, or from where the server puts the user. */
  readonly path: string;
}

export type RemoteDestination = RestDestination | RcloneDestination | S3Destination | B2Destination | SftpDestination;
type RemoteKind = RemoteDestination["kind"];

/** How each is written, for whoever wrote it otherwise. */
export const remoteSpellings: Readonly<Record<RemoteKind, string>> = {
  rest: "rest:https://user:password@host/path/",
  rclone: "rclone:remote:path",
  s3: "s3:https://host/bucket/prefix",
  b2: "b2:bucket:prefix",
  sftp: "sftp:user@host:/path",
};

export function isRemoteKind(scheme: string): scheme is RemoteKind {
  return Object.hasOwn(remoteSpellings, scheme);
}

/** `kind` is what stands before the first colon. Undefined where the rest is not written as `remoteSpellings` says. */
export function parseRemote(kind: RemoteKind, written: string): RemoteDestination | undefined {
  const rest = written.slice(kind.length + 1);
  switch (kind) {
    case "rest":
      return parseRest(rest);
    case "rclone":
      return /^[^:]*:/.test(rest) && rest !== ":" ? { kind, written, remote: rest } : undefined;
    case "s3":
      return parseS3(rest, written);
    case "b2":
      return parseB2(rest, written);
    case "sftp":
      return parseSftp(rest, written);
  }
}

/** Two of the same text are the same place. Who asks for it and with which password makes no other place. */
export function remotePlace(destination: RemoteDestination): string {
  switch (destination.kind) {
    case "rest":
      return `rest:${destination.url}`;
    case "rclone":
      return `rclone:${destination.remote.replace(/\/+$/, "")}`;
    case "s3":
      return `s3:${destination.endpoint}/${destination.bucket}/${destination.prefix}`;
    case "b2":
      return `b2:${destination.bucket}:${destination.prefix}`;
    case "sftp": {
      const { user = "", host, port = "", path } = destination;
      return `sftp:${user}@${host}:${port}:${path}`;
    }
  }
}

function parseRest(rest: string): RestDestination | undefined {
  const url = parseUrl(rest);
  const user = url && decode(url.username);
  const password = url && decode(url.password);
  if (url === undefined || user === undefined || password === undefined || url.search || url.hash) return undefined;
  if (password !== "") url.password = "***";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  const written = `rest:${url.href}`;
  url.username = "";
  url.password = "";
  const credentials = { ...(user && { user }), ...(password && { password: new Secret(password) }) };
  return { kind: "rest", written, url: url.href, ...credentials };
}

function parseS3(rest: string, written: string): S3Destination | undefined {
  const place = rest.startsWith("//") ? rest.slice(2) : rest;
  const url = parseUrl(/^https?:/.test(place) ? place : `https://${place}`);
  if (url === undefined || url.username || url.password || url.search || url.hash) return undefined;
  const path = decode(url.pathname);
  const [bucket, ...folders] = path === undefined ? [] : keyParts(path);
  if (bucket === undefined) return undefined;
  return { kind: "s3", written, endpoint: url.origin, bucket, prefix: folders.join("/") };
}

function parseB2(rest: string, written: string): B2Destination | undefined {
  const [, bucket, prefix = ""] = /^([A-Za-z0-9-]+)(?::(.*))?$/s.exec(rest) ?? [];
  if (bucket === undefined) return undefined;
  return { kind: "b2", written, bucket, prefix: keyParts(prefix).join("/") };
}

/** `//user@host:port//absolute`, `//host/from-home`, `user@host:path`. A user may hold an @, a host does not. */
function parseSftp(rest: string, written: string): SftpDestination | undefined {
  const asUrl = /^\/\/(?:(.*)@)?(\[[^\]]+\]|[^@:/[\]]+)(?::(\d{1,5}))?\/(.+)$/s.exec(rest);
  const asScp = /^(?:([^:]*)@)?(\[[^\]]+\]|[^@:/[\]]+)():(.+)$/s.exec(rest);
  const [, user, host, port, path] = asUrl ?? asScp ?? [];
  if (host === undefined || path === undefined || path.startsWith("~") || host.startsWith("-")) return undefined;
  // OpenSSH takes a password from nowhere but a person: one in the place would only be shown.
  if (asUrl && user?.includes(":")) return undefined;
  if (port && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  return {
    kind: "sftp",
    written,
    ...(user && { user }),
    host: host.replace(/^\[|\]$/g, ""),
    ...(port && { port: Number(port) }),
    path: posix.normalize(path).replace(/(?<=.)\/$/, ""),
  };
}

function parseUrl(text: string): URL | undefined {
  const url = /^https?:\/\/[^/]/.test(text) ? URL.parse(text) : null;
  return url?.hostname ? url : undefined;
}

function keyParts(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
