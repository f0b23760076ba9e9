/** A first backup and its restore over the network's own protocols, on loopback, beside restic; and rclone, which copies files as they are. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Measurement, measure } from "../measure.ts";
import { installed } from "../tools/installed.ts";
import { type DistantPlace, startDistantPlaces } from "./distant-places.ts";

export interface DistantWork {
  readonly name: string;
  readonly took: Measurement;
}

export interface DistantFigures {
  readonly dataBytes: number;
  readonly works: readonly DistantWork[];
  /** Three destinations in one run, and the slowest of the same three alone. */
  readonly three: Measurement;
  readonly alone: Measurement;
}

const obhut = join(import.meta.dirname, "..", "..", "bin", "obhut");

export async function measureDistant(data: string, scratch: string, dataBytes: number): Promise<DistantFigures> {
  await using places = await startDistantPlaces();
  const password = join(scratch, "password");
  writeFileSync(password, "benchmark\n", { mode: 0o600 });
  const run = (env: DistantPlace["env"], ...argv: readonly string[]): Measurement =>
    measure(
      { argv, env: { ...env, RESTIC_PASSWORD_FILE: password, RESTIC_CACHE_DIR: join(scratch, "cache") } },
      scratch,
    );
  const works: DistantWork[] = [];
  const target = join(scratch, "restored");
  const emptied = (): string => {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target);
    return target;
  };
  for (const place of [places.s3, places.sftp]) {
    const { name, env, words } = place;
    const work = (what: string, ...argv: readonly string[]): void => {
      works.push({ name: `${name}: ${what}`, took: run(env, ...argv) });
    };
    const to = (repository: string): readonly string[] => ["-r", place.url(repository), ...words];
    const restic = [installed("BENCH_RESTIC"), "--quiet"];
    run(env, obhut, "init", ...to("obhut"));
    run(env, ...restic, "init", ...to("restic"));
    work("backup, Obhut", obhut, "backup", "--quiet", "--instance", "bench", "--data", data, ...to("obhut"));
    work("backup, restic", ...restic, "backup", data, ...to("restic"));
    work("copy, rclone", installed("BENCH_RCLONE"), "copy", "--transfers", "8", data, place.remote("rclone"));
    work("restore, Obhut", obhut, "restore", "latest", "--quiet", "--no-verify", ...to("obhut"), "--target", emptied());
    work("restore, restic", ...restic, "restore", "latest", ...to("restic"), "--target", emptied());
  }
  emptied();
  const backup = (...urls: readonly string[]): Measurement => {
    const destinations = urls.flatMap((url) => ["--to", url]);
    const { words } = places.sftp;
    const env = { ...places.s3.env, ...places.sftp.env };
    run(env, obhut, "init", ...destinations, ...words);
    return run(env, obhut, "backup", "--quiet", "--instance", "bench", "--data", data, ...destinations, ...words);
  };
  const [one, two] = [places.s3.url("alone"), places.sftp.url("alone")];
  const alone = [backup(one), backup(two)].reduce((a, b) => (a.wallS > b.wallS ? a : b));
  const three = backup(places.s3.url("three"), places.sftp.url("three"), join(scratch, "three"));
  return { dataBytes, works, three, alone };
}
