/** Where a job has the app and its keys looked for. */
import type { Asked } from "../capture/surroundings.ts";
import { appInDocker } from "./app-in-docker.ts";
import type { Environment } from "./parts.ts";

export interface NamedSurroundings {
  /** Absolute paths. */
  readonly dataDirectory: string;
  readonly envFile: string | undefined;
  readonly secretKeyFile: string | undefined;
  /** The environment that the app is known to run with. */
  readonly appEnvironment?: Environment | undefined;
}

/** `env`: Obhut's own. */
export function askedSurroundings(named: NamedSurroundings, env: Environment): Asked {
  const { dataDirectory: dataDir, envFile, secretKeyFile, appEnvironment } = named;
  return {
    dataDir,
    ...(envFile === undefined ? {} : { envFile }),
    ...(secretKeyFile === undefined ? {} : { secretKeyFile }),
    environment: environmentMap(env),
    askDeployment: () => appInDocker(dataDir),
    ...(appEnvironment === undefined ? {} : { appEnvironment: environmentMap(appEnvironment) }),
  };
}

function environmentMap(variables: Environment): ReadonlyMap<string, string> {
  return new Map(Object.entries(variables).filter((pair): pair is [string, string] => pair[1] !== undefined));
}
