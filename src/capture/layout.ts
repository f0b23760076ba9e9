/** Where things stand inside of a snapshot. Fixed, so that parents are found again after a move to another machine. */
import { type BytePath, bytePath, joinPath } from "../base/byte-path.ts";

export const snapshotRoot = "/open-webui" as BytePath;
export const snapshotData = "/open-webui/data" as BytePath;
export const snapshotSecrets = "/open-webui/secrets" as BytePath;
export const snapshotDeployment = "/open-webui/deployment" as BytePath;
export const snapshotManifest = "/open-webui/manifest.json" as BytePath;

/** Of a path relative to the data directory. */
export function dataPath(path: BytePath): BytePath {
  return joinPath(snapshotData, path);
}

export function secretPath(name: string): BytePath {
  return joinPath(snapshotSecrets, bytePath(name));
}

export function deploymentPath(name: string): BytePath {
  return joinPath(snapshotDeployment, bytePath(name));
}
