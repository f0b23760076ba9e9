/**
 * The keys that a restored instance needs. Without the right WEBUI_SECRET_KEY stored OAuth sessions and valves can't be
 * read, and with two-factor sign-in nobody can sign in. Source: open_webui/env.py, utils/mfa.py, config.py (pgvector).
 */

export const keyNames = [
  "WEBUI_SECRET_KEY",
  "WEBUI_JWT_SECRET_KEY",
  "MFA_ENCRYPTION_KEY",
  "OAUTH_CLIENT_INFO_ENCRYPTION_KEY",
  "OAUTH_SESSION_TOKEN_ENCRYPTION_KEY",
  "PGVECTOR_PGCRYPTO_KEY",
  "DATABASE_PASSWORD",
] as const;

/** Written by `open-webui serve` and by the image's start.sh into the working directory when no variable is set. */
export const secretKeyFileName = ".webui_secret_key";

/** A file of the snapshot's `secrets/`. Never printed, never in a manifest. */
export interface SecretFile {
  /** Below `secrets/`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface KeyReport {
  /** Names of the variables that were seen, and `.webui_secret_key` for that file. Never a value. */
  readonly seen: readonly string[];
  /** Whether the key that signs and encrypts was among them. */
  readonly mainKeySeen: boolean;
  /** Whether an environment was seen at all, so that a key that is not in it is known not to be set. */
  readonly environmentSeen: boolean;
}

export interface KeySources {
  /** The app's environment, from an env file or the running process. */
  readonly environment: ReadonlyMap<string, string>;
  readonly environmentSeen: boolean;
  /** `.webui_secret_key` or the file given by hand. */
  readonly secretKeyFile?: Uint8Array;
  /** Files that are stored as they are: the env file, the process's environment. */
  readonly wholeFiles: readonly SecretFile[];
}

/** A variable for each key that is set, and the files, byte for byte. */
export function collectKeys(sources: KeySources): {
  readonly files: readonly SecretFile[];
  readonly report: KeyReport;
} {
  const files: SecretFile[] = [...sources.wholeFiles];
  const seen: string[] = [];
  for (const name of keyNames) {
    const value = sources.environment.get(name);
    if (value === undefined || value === "") continue;
    seen.push(name);
    files.push({ name, bytes: Buffer.from(value, "utf8") });
  }
  const fromFile = sources.secretKeyFile;
  if (fromFile !== undefined && fromFile.length > 0) {
    seen.push(secretKeyFileName);
    files.push({ name: secretKeyFileName, bytes: fromFile });
  }
  const main: readonly string[] = ["WEBUI_SECRET_KEY", "WEBUI_JWT_SECRET_KEY", secretKeyFileName];
  const mainKeySeen = seen.some((name) => main.includes(name));
  return { files, report: { seen, mainKeySeen, environmentSeen: sources.environmentSeen } };
}
