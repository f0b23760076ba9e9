/** The commands that start Open WebUI on a restored folder, to be copied as they are. */
import type { AppVersion } from "../openwebui/app-version.ts";
import { secretKeyFileName } from "../openwebui/keys.ts";

export interface StartCommandsOptions {
  readonly target: string;
  /** Where rows say that the app sees the folder; undefined: no row says. */
  readonly dataPath: string | undefined;
  readonly appVersion: AppVersion | undefined;
  readonly secrets: { readonly names: readonly string[]; readonly folder: string | undefined };
  /** As a person writes it. */
  readonly repository: string;
  readonly snapshot: string;
}

const imageDataPath = "/app/backend/data";
const image = "ghcr.io/open-webui/open-webui";

/** One for Docker, one for the package of PyPI. */
export function startCommands(options: StartCommandsOptions): readonly string[] {
  const { target, dataPath = imageDataPath, appVersion } = options;
  const key = secretKey(options);
  const environment = key === undefined ? "" : ` -e WEBUI_SECRET_KEY=${key}`;
  const dataDir = dataPath === imageDataPath ? "" : ` -e DATA_DIR=${shellWord(dataPath)}`;
  const tag = appVersion?.certainty === "exact" ? `v${appVersion.version}` : "main";
  const release = appVersion?.certainty === "exact" ? `==${appVersion.version}` : "";
  return [
    `docker run -d -p 3000:8080 -v ${shellWord(`${target}:${dataPath}`)}${dataDir}${environment} ${image}:${tag}`,
    `DATA_DIR=${shellWord(target)}${key === undefined ? "" : ` WEBUI_SECRET_KEY=${key}`} uvx open-webui${release} serve`,
  ];
}

/** Never the key itself: where it is read from. */
function secretKey({ secrets, repository, snapshot }: StartCommandsOptions): string | undefined {
  const names = ["WEBUI_SECRET_KEY", "WEBUI_JWT_SECRET_KEY", secretKeyFileName];
  const name = names.find((one) => secrets.names.includes(one));
  if (name === undefined) return undefined;
  if (secrets.folder !== undefined) return `"$(cat ${shellWord(`${secrets.folder}/${name}`)})"`;
  return `"$(obhut dump ${snapshot} /open-webui/secrets/${name} -r ${shellWord(repository)})"`;
}

export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
