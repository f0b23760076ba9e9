/** Places for plain copies in clouds, as a person names them, and rclone as the judge of what lies there. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startS3Server } from "../support/s3-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";

const execute = promisify(execFile);

export interface DistantPlace extends AsyncDisposable {
  /** What stands behind `mirror:` and the like. */
  readonly url: string;
  /** The same for rclone. */
  readonly remote: string;
  /** For every call. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files by path, with their sizes. */
  files(below?: string): Promise<ReadonlyMap<string, number>>;
  cat(path: string): Promise<Buffer>;
  rclone(...words: readonly string[]): Promise<string>;
}

export const distantKinds = ["s3: MinIO", "s3: versitygw", "rclone: a folder", "rclone: a bucket"] as const;
export type DistantKind = (typeof distantKinds)[number];

export async function distantPlace(kind: DistantKind): Promise<DistantPlace> {
  const program = toolFromEnvironment("OBHUT_TEST_RCLONE");
  const folder = await tempFolder("distant");
  const server = await startS3Server(kind === "s3: MinIO" ? "minio" : "versitygw");
  const keys = `access_key_id = ${server.env["AWS_ACCESS_KEY_ID"]}\nsecret_access_key = ${server.env["AWS_SECRET_ACCESS_KEY"]}`;
  const cloud = `[cloud]\ntype = s3\nprovider = Other\nendpoint = ${server.endpoint}\n${keys}\n`;
  const config = join(folder.path, "rclone.conf");
  await writeFile(config, `[disk]\ntype = alias\nremote = ${folder.path}/disk\n${cloud}`);
  const remote = kind === "rclone: a folder" ? "disk:a folder/copies" : "cloud:bucket/a folder/copies";
  const url = kind.startsWith("s3:") ? `s3:${server.endpoint}/bucket/a folder/copies` : `rclone:${remote}`;
  const env = { ...server.env, RCLONE_CONFIG: config };
  const rclone = async (...words: readonly string[]): Promise<Buffer> => {
    const options = { env: { ...process.env, ...env }, encoding: "buffer", maxBuffer: 1 << 28 } as const;
    return (await execute(program, words, options)).stdout;
  };
  return {
    url,
    remote,
    words: ["-o", `rclone.program=${program}`],
    env,
    files: async (below = "") => {
      const listed = await rclone("lsjson", "--recursive", "--files-only", `${remote}${below && `/${below}`}`);
      const items = JSON.parse(listed.toString("utf8")) as { readonly Path: string; readonly Size: number }[];
      return new Map(items.map(({ Path, Size }) => [Path, Size]));
    },
    cat: async (path) => {
      const bytes = await rclone("cat", `${remote}/${path}`);
      assert.ok(bytes.length > 0, `${path} is empty`);
      return bytes;
    },
    rclone: async (...words) => (await rclone(...words)).toString("utf8"),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
