/** Where an Open WebUI lies on this machine, for those who did not say. */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ObhutError } from "../base/errors.ts";
import { type DockerInstance, findDockerInstances } from "../deployment/docker-instances.ts";
import { mainDatabase } from "../openwebui/parts.ts";
import type { Environment } from "./parts.ts";

export interface FoundInstance {
  readonly how: "given" | "environment" | "here" | "docker";
  readonly dataDirectory: string;
  /** Of Docker: name of the container, and the environment it runs with (keys included: never print it). */
  readonly docker?: DockerInstance;
}

export interface FindInstanceOptions {
  /** Undefined: look for one. */
  readonly given: string | undefined;
  readonly env: Environment;
  readonly folder: string;
  readonly findDocker?: () => Promise<readonly DockerInstance[]>;
}

/** The folder given, $DATA_DIR, ./data, or a container's; undefined where there is none. SOURCE_MISSING, DATABASE_MISSING where the one given is none. */
export async function findInstance(options: FindInstanceOptions): Promise<FoundInstance | undefined> {
  const { given, env, folder, findDocker = findDockerInstances } = options;
  if (given !== undefined) {
    const dataDirectory = resolve(folder, given);
    if (await holdsDatabase(dataDirectory)) return { how: "given", dataDirectory };
    // `npm start -- /srv/open-webui` means the folder with data/ in it as well.
    if (await holdsDatabase(join(dataDirectory, "data")))
      return { how: "given", dataDirectory: join(dataDirectory, "data") };
    if (!(await isFolder(dataDirectory))) throw new ObhutError("SOURCE_MISSING", { path: given });
    throw new ObhutError("DATABASE_MISSING", { path: join(given, mainDatabase) });
  }
  const named = env["DATA_DIR"];
  if (named && (await holdsDatabase(resolve(folder, named)))) {
    return { how: "environment", dataDirectory: resolve(folder, named) };
  }
  const here = join(folder, "data");
  if (await holdsDatabase(here)) return { how: "here", dataDirectory: here };
  for (const docker of await findDocker()) {
    if (await holdsDatabase(docker.dataDirectory))
      return { how: "docker", dataDirectory: docker.dataDirectory, docker };
  }
  return undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function holdsDatabase(folder: string): Promise<boolean> {
  return await stat(join(folder, mainDatabase)).then(
    (found) => found.isFile(),
    () => false,
  );
}
