/** Ten thousand small uploads mirrored: to a folder, to a bucket, and through rclone to the same; beside rclone sync of the same files. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Measurement, measure } from "../measure.ts";
import { installed } from "../tools/installed.ts";
import { type DistantPlace, startDistantPlaces } from "./distant-places.ts";

export interface MirrorWork {
  readonly name: string;
  readonly first: Measurement;
  readonly again: Measurement;
}

export interface MirrorFigures {
  readonly files: number;
  readonly bytes: number;
  readonly works: readonly MirrorWork[];
}

const obhut = join(import.meta.dirname, "..", "..", "bin", "obhut");
const generator = join(import.meta.dirname, "..", "workload.py");

/** Made once for a count and kept. */
function madeUploads(cache: string, count: number): string {
  const folder = join(cache, `uploads-${count}`);
  if (!existsSync(folder)) {
    rmSync(`${folder}.part`, { recursive: true, force: true });
    execFileSync("python3", [generator, "many", `${folder}.part`, "--uploads", String(count)]);
    renameSync(`${folder}.part`, folder);
  }
  return folder;
}

export async function measureMirror(cache: string, scratch: string, count: number): Promise<MirrorFigures> {
  const data = madeUploads(cache, count);
  const bytes = Number(execFileSync("du", ["-sb", data], { encoding: "utf8" }).split("\t")[0]);
  await using places = await startDistantPlaces();
  const rclone = installed("BENCH_RCLONE");
  const { s3 } = places;
  const run = (env: DistantPlace["env"], ...argv: readonly string[]): Measurement => measure({ argv, env }, scratch);
  const both = (name: string, env: DistantPlace["env"], ...argv: readonly string[]): MirrorWork => ({
    name,
    first: run(env, ...argv),
    again: run(env, ...argv),
  });
  const mirror = (name: string, url: string, env: DistantPlace["env"] = {}): MirrorWork => {
    const words = ["--to", `mirror:${url}`, "-o", `rclone.program=${rclone}`];
    execFileSync(obhut, ["init", ...words], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "inherit"],
    });
    return both(name, env, obhut, "backup", "--quiet", "--instance", "bench", "--data", data, ...words);
  };
  const sync = (name: string, to: string, env: DistantPlace["env"] = {}): MirrorWork =>
    both(name, env, rclone, "sync", "--transfers", "32", "--checkers", "16", data, to);
  mkdirSync(join(scratch, "mirrors"), { recursive: true });
  const works = [
    mirror("a folder: Obhut", join(scratch, "mirrors", "obhut")),
    sync("a folder: rclone sync", join(scratch, "mirrors", "rclone"), { RCLONE_CONFIG: "/dev/null" }),
    mirror("S3 (MinIO): Obhut", s3.url("mirror"), s3.env),
    mirror("S3 (MinIO): Obhut through rclone", `rclone:${s3.remote("mirror-rclone")}`, s3.env),
    sync("S3 (MinIO): rclone sync", s3.remote("sync"), s3.env),
  ];
  return { files: readdirSync(join(data, "uploads")).length, bytes, works };
}
