/** Servers on loopback to measure against, and how each program is told where they are. */
import { type S3Server, startS3Server } from "../../tests/support/s3-server.ts";
import { type SshServer, startSshServer } from "../../tests/support/ssh-server.ts";

export interface DistantPlace {
  readonly name: string;
  /** The repository with this name, as Obhut and restic write it. */
  url(name: string): string;
  /** Words that both need besides. */
  readonly words: readonly string[];
  /** For rclone: the folder with this name. */
  remote(name: string): string;
  readonly env: Readonly<Record<string, string>>;
}

export interface DistantPlaces extends AsyncDisposable {
  readonly s3: DistantPlace;
  readonly sftp: DistantPlace;
}

export async function startDistantPlaces(): Promise<DistantPlaces> {
  await using stack = new AsyncDisposableStack();
  const s3 = s3Place(stack.use(await startS3Server("minio")));
  const sftp = sftpPlace(stack.use(await startSshServer()));
  const kept = stack.move();
  return { s3, sftp, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function s3Place({ endpoint, env }: S3Server): DistantPlace {
  const { AWS_ACCESS_KEY_ID: id = "", AWS_SECRET_ACCESS_KEY: secret = "" } = env;
  return {
    name: "S3 (MinIO)",
    url: (name) => `s3:${endpoint}/bench/${name}`,
    words: [],
    remote: (name) => `cloud:bench/${name}`,
    env: {
      ...env,
      RCLONE_CONFIG: "/dev/null",
      RCLONE_CONFIG_CLOUD_TYPE: "s3",
      RCLONE_CONFIG_CLOUD_PROVIDER: "Minio",
      RCLONE_CONFIG_CLOUD_ENDPOINT: endpoint,
      RCLONE_CONFIG_CLOUD_ACCESS_KEY_ID: id,
      RCLONE_CONFIG_CLOUD_SECRET_ACCESS_KEY: secret,
    },
  };
}

function sftpPlace({ folder, args, port, userKey, knownHosts }: SshServer): DistantPlace {
  return {
    name: "SFTP (OpenSSH)",
    url: (name) => `sftp:server:${folder}/${name}`,
    words: ["-o", `sftp.args=${args.join(" ")}`],
    remote: (name) => `nas:${folder}/${name}`,
    env: {
      RCLONE_CONFIG: "/dev/null",
      RCLONE_CONFIG_NAS_TYPE: "sftp",
      RCLONE_CONFIG_NAS_HOST: "127.0.0.1",
      RCLONE_CONFIG_NAS_PORT: String(port),
      RCLONE_CONFIG_NAS_KEY_FILE: userKey,
      RCLONE_CONFIG_NAS_KNOWN_HOSTS_FILE: knownHosts,
    },
  };
}
