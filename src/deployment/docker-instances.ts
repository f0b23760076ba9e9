/**
 * Open WebUI in Docker, asked of the docker program: which containers run it, where their data directory lies on this
 * machine, and the environment they run with.
 */
import { execFile } from "node:child_process";
import { posix } from "node:path";
import { promisify } from "node:util";

export interface DockerInstance {
  readonly container: string;
  readonly running: boolean;
  /** Path on this machine of what the app sees as its data directory. */
  readonly dataDirectory: string;
  /** The container's environment, keys included: never print it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where inside of the container the app is started, and leaves the key that it makes for itself. */
  readonly workingDirectory: string;
}

/** Where the official image keeps its data; DATA_DIR in its environment moves it. Source: Open WebUI's Dockerfile and env.py. */
const defaultDataDirectory = "/app/backend/data";
/** The image's start.sh changes there, whatever the container's own is. */
const defaultWorkingDirectory = "/app/backend";

const run = promisify(execFile);
const timeoutMs = 10_000;
const maxBuffer = 16 * 1024 * 1024;

/** Empty where there is no docker program, no daemon that answers, or no such container. */
export async function findDockerInstances(docker = "docker"): Promise<readonly DockerInstance[]> {
  try {
    const ids = (await run(docker, ["ps", "--all", "--quiet", "--no-trunc"], { timeout: timeoutMs, maxBuffer })).stdout;
    const list = ids.split("\n").filter((id) => id !== "");
    if (list.length === 0) return [];
    const { stdout } = await run(docker, ["inspect", "--type", "container", ...list], {
      timeout: timeoutMs,
      maxBuffer,
    });
    return instancesIn(JSON.parse(stdout));
  } catch {
    return [];
  }
}

/** What of `docker inspect`'s answer is needed. */
interface InspectedContainer {
  readonly Name?: string;
  readonly State?: { readonly Running?: boolean };
  readonly Config?: { readonly Image?: string; readonly Env?: readonly string[] | null; readonly WorkingDir?: string };
  readonly Mounts?: readonly { readonly Destination?: string; readonly Source?: string }[];
  /** Of the storage driver overlay2: the container's own file system, which is there while it runs. */
  readonly GraphDriver?: { readonly Data?: { readonly MergedDir?: string } | null };
}

/**
 * Running ones first. Data without a mount goes with its container: all the more reason to find it. It is reached through the view that the
 * container has, while it runs.
 */
export function instancesIn(inspected: readonly InspectedContainer[]): readonly DockerInstance[] {
  const found = inspected.flatMap((container) => {
    const environment = environmentOf(container.Config?.Env ?? []);
    const isOpenWebUi = /open-?webui/i.test(container.Config?.Image ?? "") || "WEBUI_BUILD_VERSION" in environment;
    const running = container.State?.Running === true;
    const inside = environment["DATA_DIR"] || defaultDataDirectory;
    const view = running ? container.GraphDriver?.Data?.MergedDir : undefined;
    const dataDirectory = mountedPath(inside, container.Mounts ?? []) ?? (view && posix.join(view, inside));
    if (!isOpenWebUi || dataDirectory === undefined) return [];
    const name = (container.Name ?? "").replace(/^\//, "");
    const workingDirectory = container.Config?.WorkingDir || defaultWorkingDirectory;
    return [{ container: name, running, dataDirectory, environment, workingDirectory }];
  });
  return found.sort((one, other) => Number(other.running) - Number(one.running));
}

function environmentOf(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/** `path` inside the container as a path of this machine: the innermost mount that it lies in counts. */
function mountedPath(
  path: string,
  mounts: readonly { readonly Destination?: string; readonly Source?: string }[],
): string | undefined {
  const wanted = path.length > 1 ? path.replace(/\/+$/, "") : path;
  const covering = mounts
    .filter(({ Destination: at }) => at !== undefined && (wanted === at || wanted.startsWith(`${at}/`)))
    .sort((one, other) => (other.Destination?.length ?? 0) - (one.Destination?.length ?? 0))[0];
  if (!covering?.Source) return undefined;
  return `${covering.Source}${wanted.slice(covering.Destination?.length ?? 0)}`;
}
