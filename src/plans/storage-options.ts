/** How distant storages are reached: restic's extended options (`-o sftp.args="-p 2222"`), its variables, and certificates. */
import { resolve } from "node:path";
import { ObhutError } from "../base/errors.ts";
import { KiB } from "../base/limits.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
import { Secret } from "../base/secret.ts";
import { splitCommand } from "./split-command.ts";

export interface StorageOptions {
  readonly sftp: {
    /** A whole command that speaks SFTP on its standard input and output, instead of ssh. */
    readonly command?: readonly string[];
    /** More words for ssh, before the host. */
    readonly args?: readonly string[];
    readonly connections?: number;
  };
  readonly rest: {
    readonly connections?: number;
    /** For a place that names neither user nor password. */
    readonly login?: RestLogin;
  };
  readonly rclone: {
    /** Program, and words that come first. */
    readonly program?: readonly string[];
    /** Instead of those that make rclone serve. */
    readonly args?: readonly string[];
    readonly connections?: number;
    readonly timeoutMs?: number;
  };
  readonly s3: {
    readonly connections?: number;
    readonly region?: string;
    /** Whether the bucket stands in the host's name (dns) or begins the path. */
    readonly bucketLookup?: BucketLookup;
    /** Of packs. */
    readonly storageClass?: string;
    /** Objects are kept from everybody for so long. */
    readonly objectLock?: ObjectLock;
  };
  readonly b2: {
    readonly connections?: number;
    /** Instead of Backblaze's own. */
    readonly api?: string;
    /** Undefined: B2_ACCOUNT_ID and B2_ACCOUNT_KEY are not set. */
    readonly account?: { readonly id: string; readonly key: Secret };
  };
  readonly tls: TlsFiles;
  /** Bytes a second; undefined: as fast as it goes. */
  readonly pace: { readonly upload: number | undefined; readonly download: number | undefined };
}

export interface ObjectLock {
  readonly mode: "governance" | "compliance";
  readonly days: number;
}

export type BucketLookup = "auto" | "dns" | "path";

interface RestLogin {
  readonly user: string;
  readonly password: Secret;
}

/** Absolute paths of PEM files. */
export interface TlsFiles {
  /** Who may vouch for servers, instead of this machine's. */
  readonly ca?: string;
  /** A certificate and its key, for servers that want one. */
  readonly client?: string;
}

export interface AskedStorageOptions {
  /** Each `name=value`; of one name the last counts. */
  readonly settings: readonly string[];
  readonly ca: string | undefined;
  readonly clientCertificate: string | undefined;
  /** KiB a second, as a person wrote it; 0 is none. */
  readonly limitUpload: string | undefined;
  readonly limitDownload: string | undefined;
}

export interface StorageSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What a relative path starts from. */
  readonly folder: string;
}

const known = [
  "sftp.command",
  "sftp.args",
  "sftp.connections",
  "rest.connections",
  "rclone.program",
  "rclone.args",
  "rclone.connections",
  "rclone.timeout",
  "s3.connections",
  "s3.region",
  "s3.bucket-lookup",
  "s3.storage-class",
  "s3.object-lock-mode",
  "s3.object-lock-days",
  "b2.connections",
  "b2.api",
] as const;
type Name = (typeof known)[number];

const maxConnections = 64;

/** Throws USAGE. */
export function storageOptions(asked: AskedStorageOptions, { env, folder }: StorageSurroundings): StorageOptions {
  const values = parseSettings(asked.settings);
  const [command, args] = [words(values, "sftp.command"), words(values, "sftp.args")];
  if (command !== undefined && args !== undefined) {
    throw usage(reason("oneOfTwo", { first: "-o sftp.command", second: "-o sftp.args" }));
  }
  const [ca, client] = [asked.ca ?? env["RESTIC_CACERT"], asked.clientCertificate ?? env["RESTIC_TLS_CLIENT_CERT"]].map(
    (file) => (file ? resolve(folder, file) : undefined),
  );
  const login = loginIn(env);
  return {
    sftp: { ...(command && { command }), ...(args && { args }), ...connections(values, "sftp.connections") },
    rest: { ...connections(values, "rest.connections"), ...(login && { login }) },
    rclone: rcloneOptions(values),
    s3: s3Settings(values),
    b2: b2Settings(values, env),
    pace: {
      upload: rate("--limit-upload", asked.limitUpload),
      download: rate("--limit-download", asked.limitDownload),
    },
    tls: { ...(ca && { ca }), ...(client && { client }) },
  };
}

function rcloneOptions(values: ReadonlyMap<Name, string>): StorageOptions["rclone"] {
  const [program, args] = [words(values, "rclone.program"), words(values, "rclone.args")];
  const timeoutMs = duration(values, "rclone.timeout");
  return {
    ...(program && { program }),
    ...(args && { args }),
    ...connections(values, "rclone.connections"),
    ...(timeoutMs && { timeoutMs }),
  };
}

function parseSettings(settings: readonly string[]): ReadonlyMap<Name, string> {
  const values = new Map<Name, string>();
  for (const one of settings) {
    const [, name = one, value = ""] = /^([^=]*)=(.*)$/s.exec(one) ?? [];
    if (!isKnown(name)) throw usage(reason("storageOptionUnknown", { name, known: known.join(", ") }));
    values.set(name, value);
  }
  return values;
}

function s3Settings(values: ReadonlyMap<Name, string>): StorageOptions["s3"] {
  const [region, lookup, storageClass] = [
    values.get("s3.region"),
    values.get("s3.bucket-lookup"),
    values.get("s3.storage-class"),
  ];
  if (lookup !== undefined && !isBucketLookup(lookup)) {
    throw usage(
      reason("storageOptionValue", { name: "-o s3.bucket-lookup", wanted: bucketLookups.join(", "), value: lookup }),
    );
  }
  return {
    ...connections(values, "s3.connections"),
    ...(region && { region }),
    ...(lookup && { bucketLookup: lookup }),
    ...(storageClass && { storageClass }),
    ...objectLockIn(values),
  };
}

function b2Settings(values: ReadonlyMap<Name, string>, env: StorageSurroundings["env"]): StorageOptions["b2"] {
  const [id, key, api] = [env["B2_ACCOUNT_ID"], env["B2_ACCOUNT_KEY"], values.get("b2.api")];
  if (api !== undefined && !/^https?:\/\/[^/]+$/.test(api)) {
    throw usage(reason("storageOptionValue", { name: "-o b2.api", wanted: "https://host", value: api }));
  }
  return {
    ...connections(values, "b2.connections"),
    ...(api && { api }),
    ...(id && key && { account: { id, key: new Secret(key) } }),
  };
}

const lockModes = ["governance", "compliance"] as const;
const maxLockDays = 36_500;

/** Neither of the two means anything alone. */
function objectLockIn(values: ReadonlyMap<Name, string>): { readonly objectLock?: ObjectLock } {
  const [mode, days] = [values.get("s3.object-lock-mode"), values.get("s3.object-lock-days")];
  if (mode === undefined && days === undefined) return {};
  const found = lockModes.find((one) => one === mode);
  const modeName = { name: "-o s3.object-lock-mode", wanted: lockModes.join(", "), value: mode ?? "" };
  if (found === undefined) throw usage(reason("storageOptionValue", modeName));
  const count = /^\d{1,5}$/.test(days ?? "") ? Number(days) : 0;
  const daysName = { name: "-o s3.object-lock-days", wanted: `1–${maxLockDays}`, value: days ?? "" };
  if (count < 1 || count > maxLockDays) throw usage(reason("storageOptionValue", daysName));
  return { objectLock: { mode: found, days: count } };
}

const bucketLookups: readonly BucketLookup[] = ["auto", "dns", "path"];

function isBucketLookup(value: string): value is BucketLookup {
  return (bucketLookups as readonly string[]).includes(value);
}

function isKnown(name: string): name is Name {
  return (known as readonly string[]).includes(name);
}

function words(values: ReadonlyMap<Name, string>, name: Name): readonly string[] | undefined {
  const value = values.get(name);
  const found = value === undefined ? undefined : splitCommand(value);
  if (found?.length === 0) throw usage(reason("optionNeedsValue", { name: `-o ${name}` }));
  return found;
}

function connections(values: ReadonlyMap<Name, string>, name: Name): { readonly connections?: number } {
  const value = values.get(name);
  if (value === undefined) return {};
  const count = /^\d+$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > maxConnections) {
    throw usage(reason("storageOptionValue", { name: `-o ${name}`, wanted: `1–${maxConnections}`, value }));
  }
  return { connections: count };
}

/** As restic takes it, in one unit: `90s`, `2m`. */
function duration(values: ReadonlyMap<Name, string>, name: Name): number | undefined {
  const value = values.get(name);
  if (value === undefined) return undefined;
  const [, count = "", unit] = /^(\d{1,5})(s|m)$/.exec(value) ?? [];
  if (Number(count) === 0) throw usage(reason("storageOptionValue", { name: `-o ${name}`, wanted: "90s, 2m", value }));
  return Number(count) * (unit === "m" ? 60_000 : 1_000);
}

function rate(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value === "0") return undefined;
  if (!/^[1-9]\d{0,8}$/.test(value)) throw usage(reason("storageOptionValue", { name, wanted: "KiB/s", value }));
  return Number(value) * KiB;
}

function loginIn(env: StorageSurroundings["env"]): RestLogin | undefined {
  const [user = "", password = ""] = [env["RESTIC_REST_USERNAME"], env["RESTIC_REST_PASSWORD"]];
  return user === "" && password === "" ? undefined : { user, password: new Secret(password) };
}

function usage(why: Reason): ObhutError<"USAGE"> {
  return new ObhutError("USAGE", { reason: why });
}
