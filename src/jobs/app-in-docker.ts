/** What Docker tells of the app whose data lie in a folder: its environment, and the key that it made inside of its container. */
import { realpath } from "node:fs/promises";
import { posix } from "node:path";
import type { DeployedApp } from "../capture/surroundings.ts";
import { readContainerFile } from "../deployment/container-file.ts";
import { findDockerInstances } from "../deployment/docker-instances.ts";
import { secretKeyFileName } from "../openwebui/keys.ts";

/** Of a container that runs or, where none does, the newest; undefined where none has its data there. */
export async function appInDocker(dataDirectory: string): Promise<DeployedApp | undefined> {
  const wanted = await realpath(dataDirectory).catch(() => undefined);
  if (wanted === undefined) return undefined;
  for (const { container, environment, workingDirectory, ...instance } of await findDockerInstances()) {
    if ((await realpath(instance.dataDirectory).catch(() => undefined)) !== wanted) continue;
    const file = await readContainerFile(container, posix.join(workingDirectory, secretKeyFileName));
    const secretKeyFile = file === undefined ? {} : { secretKeyFile: file };
    return { environment: new Map(Object.entries(environment)), ...secretKeyFile };
  }
  return undefined;
}
