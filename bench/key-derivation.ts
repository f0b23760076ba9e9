/** How long this machine takes to make a key of a password, as the repository's own key file asks for it. */
import { scryptSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { median } from "./median.ts";

/** Seconds, median of five. The parameters and salt are those of the first key of a repository in restic's format. */
export function keyDerivationS(repository: string): number {
  const folder = join(repository, "keys");
  const name = readdirSync(folder)[0];
  if (name === undefined) throw new Error(`${folder} holds no key`);
  const key = JSON.parse(readFileSync(join(folder, name), "utf8")) as { N: number; r: number; p: number; salt: string };
  const salt = Buffer.from(key.salt, "base64");
  const options = { N: key.N, r: key.r, p: key.p, maxmem: 256 * key.N * key.r + (1 << 20) };
  return median(
    Array.from({ length: 5 }, () => {
      const start = performance.now();
      scryptSync("any password takes as long", salt, 64, options);
      return (performance.now() - start) / 1000;
    }),
  );
}
