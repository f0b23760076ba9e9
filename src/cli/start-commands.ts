/** The commands that start Open WebUI on a restored folder, to be copied as they are. */
import type { AppVersion } from "../openwebui/app-version.ts";
import { secretKeyFileName } from "../openwebui/keys.ts";

export interface StartCommandsOptions {
  readonly target: string;
  /** Where rows say that the app sees the folder; undefined: no row says. */
  readonly dataPath: string | undefined;
  readonly appVersion: AppVersion | undefined;
  /** Its database is one of SQLCipher's. */
  readonly encrypted: boolean;
  readonly secrets: { readonly names: readonly string[]; readonly folder: string | undefined };
  /** What runs Obhut. */
  readonly program: string;
  /** As a person writes them. */
  readonly repository: string;
  readonly passwordFile?: string;
  readonly snapshot: string;
}

const imageDataPath = "/app/backend/data";
const image = "ghcr.io/open-webui/open-webui";

/**
 * One for Docker, which can show the folder to the app at any path; one for the package of PyPI where rows name the very folder
 * that it would run on.
 */
export function startCommands(options: StartCommandsOptions): readonly string[] {
  const { target, dataPath, appVersion } = options;
  const secrets = secretVariables(options);
  const first = secrets.map(({ shell, read }) => `${shell}="$(${read})" && `).join("");
  const kept = [
    ...(options.encrypted ? ["DATABASE_TYPE=sqlite+sqlcipher"] : []),
    ...secrets.map(({ variable, shell }) => `${variable}="$${shell}"`),
  ];
  const seenAt = dataPath ?? imageDataPath;
  const variables = [...(seenAt === imageDataPath ? [] : [`DATA_DIR=${shellWord(seenAt)}`]), ...kept];
  const exact = appVersion?.certainty === "exact" ? appVersion.version : undefined;
  const tag = exact === undefined ? "main" : `v${exact}`;
  const mount = `-v ${shellWord(`${target}:${seenAt}`)}`;
  const docker = ["docker run -d -p 3000:8080", mount, ...variables.map((one) => `-e ${one}`), `${image}:${tag}`];
  if (dataPath !== undefined && dataPath !== target) return [`${first}${docker.join(" ")}`];
  const own = [`DATA_DIR=${shellWord(target)}`, ...kept];
  const release = exact === undefined ? "open-webui" : `open-webui==${exact}`;
  return [`${first}${docker.join(" ")}`, `${first}${own.join(" ")} uvx ${release} serve`];
}

interface SecretVariable {
  readonly variable: string;
  /** The shell's own that takes it first. */
  readonly shell: string;
  readonly read: string;
}

/** Never a key itself: where it is read from. Where that fails the app must not start, for it would make a new one. */
function secretVariables(options: StartCommandsOptions): readonly SecretVariable[] {
  const { secrets, program, repository, passwordFile, snapshot } = options;
  const from = `-r ${shellWord(repository)}${passwordFile === undefined ? "" : ` -p ${shellWord(passwordFile)}`}`;
  const read = (name: string): string =>
    secrets.folder === undefined
      ? `${program} dump ${snapshot} /open-webui/secrets/${name} ${from}`
      : `cat ${shellWord(`${secrets.folder}/${name}`)}`;
  const wanted = [
    {
      variable: "WEBUI_SECRET_KEY",
      shell: "KEY",
      names: ["WEBUI_SECRET_KEY", "WEBUI_JWT_SECRET_KEY", secretKeyFileName],
    },
    ...(options.encrypted ? [{ variable: "DATABASE_PASSWORD", shell: "PASSWORD", names: ["DATABASE_PASSWORD"] }] : []),
  ];
  return wanted.flatMap(({ names, ...one }) => {
    const name = names.find((some) => secrets.names.includes(some));
    return name === undefined ? [] : [{ ...one, read: read(name) }];
  });
}

export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
