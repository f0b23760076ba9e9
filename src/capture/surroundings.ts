/** What is learnt about the app from outside of its data: its environment, its keys, its release. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { finding } from "../base/finding-codes.ts";
import { type AppProcess, findAppProcess } from "../openwebui/app-process.ts";
import { parseEnvFile } from "../openwebui/env-file.ts";
import { placeNames, uncovered } from "../openwebui/environment.ts";
import { collectKeys, type KeyReport, keyNames, type SecretFile, secretKeyFileName } from "../openwebui/keys.ts";
import { mainDatabase, type Part } from "../openwebui/parts.ts";
import type { CaptureOptions } from "./capture-options.ts";
import type { FindingsLog } from "./findings-log.ts";
import { readNamedFile } from "./named-files.ts";

/** What a deployment (Docker) says of the app, whether it runs or not. Keys included: never print it. */
export interface DeployedApp {
  readonly environment: ReadonlyMap<string, string>;
  /** The key file that the app made for itself, where it lies inside of a container. */
  readonly secretKeyFile?: Uint8Array;
}

export interface Surroundings {
  /** As it was given. */
  readonly dataDir: string;
  /** As far as it can be seen: what the person named counts before what is running, and that before Obhut's own. */
  readonly environment: ReadonlyMap<string, string>;
  readonly process?: AppProcess;
  readonly secrets: readonly SecretFile[];
  readonly keys: KeyReport;
}

export type Asked = Pick<
  CaptureOptions,
  "dataDir" | "envFile" | "secretKeyFile" | "environment" | "appEnvironment" | "askDeployment" | "lookForApp"
>;

/** Errors: USAGE for a file that was named and can't be read. */
export async function lookAround(asked: Asked): Promise<Surroundings> {
  const envFile = asked.envFile === undefined ? undefined : await readNamedFile(asked.envFile);
  const process = asked.lookForApp === false ? undefined : await findAppProcess(join(asked.dataDir, mainDatabase));
  const named = envFile === undefined ? undefined : parseEnvFile(envFile.toString("utf8"));
  const shown = { asked, envFile, named, process };
  const found = await gather(shown);
  if (found.keys.mainKeySeen && found.keys.environmentSeen) return found;
  const deployed = await asked.askDeployment?.();
  return deployed === undefined ? found : await gather({ ...shown, deployed });
}

interface Shown {
  readonly asked: Asked;
  readonly envFile: Buffer | undefined;
  readonly named: ReadonlyMap<string, string> | undefined;
  readonly process: AppProcess | undefined;
  readonly deployed?: DeployedApp;
}

async function gather({ asked, envFile, named, process, deployed }: Shown): Promise<Surroundings> {
  const given = asked.appEnvironment ?? deployed?.environment;
  const seen = [given, process?.environment && process.variables, named].filter((one) => one !== undefined);
  const environmentSeen = seen.length > 0;
  // Where the app's own is seen, what is not in it is not set; our DATABASE_URL may be another program's then.
  const believed: readonly string[] = environmentSeen ? keyNames : [...keyNames, ...placeNames];
  const own = [...(asked.environment ?? [])].filter(([name]) => believed.includes(name));
  const environment = new Map([...own, ...seen.flatMap((one) => [...one])]);
  const secretKeyFile = await findSecretKeyFile(asked, process, deployed);
  const { files, report } = collectKeys({
    environment,
    environmentSeen,
    ...(secretKeyFile === undefined ? {} : { secretKeyFile }),
    wholeFiles: wholeFiles(envFile, process, given),
  });
  const { dataDir } = asked;
  return { dataDir, environment, secrets: files, keys: report, ...(process === undefined ? {} : { process }) };
}

/** `environment` has NUL between variables, as /proc has it: values may hold line breaks. */
function wholeFiles(
  envFile: Uint8Array | undefined,
  process: AppProcess | undefined,
  given: ReadonlyMap<string, string> | undefined,
): readonly SecretFile[] {
  const pairs = given === undefined ? undefined : [...given].map(([name, value]) => `${name}=${value}\0`).join("");
  const environment = process?.environment ?? (pairs === undefined ? undefined : Buffer.from(pairs, "utf8"));
  return [
    ...(envFile === undefined ? [] : [{ name: "env-file", bytes: envFile }]),
    ...(environment === undefined ? [] : [{ name: "environment", bytes: environment }]),
  ];
}

/** Tells what is not covered, and which keys were not seen. */
export function tellSurroundings(found: Surroundings, parts: ReadonlySet<Part>, findings: FindingsLog): void {
  findings.add(...uncovered(found.environment, parts, found.dataDir));
  if (!found.keys.mainKeySeen) findings.add(finding("SECRET_KEY_NOT_SEEN", {}));
  else if (!found.keys.environmentSeen) findings.add(finding("ENVIRONMENT_NOT_SEEN", {}));
}

/** The one that was named; else in the working directory of the app; else beside the data or in the folder above. */
async function findSecretKeyFile(
  asked: Asked,
  process: AppProcess | undefined,
  deployed: DeployedApp | undefined,
): Promise<Buffer | undefined> {
  if (asked.secretKeyFile !== undefined) return await readNamedFile(asked.secretKeyFile);
  const own = process?.secretKeyFile ?? deployed?.secretKeyFile;
  if (own !== undefined) return Buffer.from(own);
  for (const folder of [asked.dataDir, dirname(asked.dataDir)]) {
    const bytes = await readFile(join(folder, secretKeyFileName)).catch(() => undefined);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}
