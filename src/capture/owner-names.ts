/** Names of users and groups, from this machine's own files; a number that has none stays without, as in restic. */
import { readFile } from "node:fs/promises";

export interface OwnerNames {
  user(uid: number): string;
  group(gid: number): string;
}

/** Reads both files once. A container's names are not the host's; the numbers, which are stored too, are what counts. */
export async function readOwnerNames(folder = "/etc"): Promise<OwnerNames> {
  const [users, groups] = await Promise.all([`${folder}/passwd`, `${folder}/group`].map(readNames));
  return {
    user: (uid) => users?.get(uid) ?? "",
    group: (gid) => groups?.get(gid) ?? "",
  };
}

/** Both files have the name first and the number third. The first line of a number counts, as in getpwuid(3). */
async function readNames(path: string): Promise<ReadonlyMap<number, string>> {
  const text = await readFile(path, "utf8").catch(() => "");
  const names = new Map<number, string>();
  for (const line of text.split("\n")) {
    const [name, , number] = line.split(":");
    if (name === undefined || number === undefined || !/^\d+$/.test(number)) continue;
    if (!names.has(Number(number))) names.set(Number(number), name);
  }
  return names;
}
