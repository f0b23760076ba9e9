/** A backup as the crash tests make it, in a program that another one starts. */
import path from "node:path";
import { type Started, startObhutBehind, type Workplace } from "../crash/program.ts";

export function startBackupBehind(front: readonly string[], place: Workplace): Started {
  const key = path.join(place.root, "secret-key");
  const args = ["--data", place.data, "--to", place.repository, "--instance", "crash", "--secret-key-file", key];
  return startObhutBehind(front, place, "backup", "--json", ...args);
}
